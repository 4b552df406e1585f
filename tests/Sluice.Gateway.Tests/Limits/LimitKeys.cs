using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;

namespace Sluice.Gateway.Tests.Limits;

internal static class LimitKeys
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);

    public static ApiKey Key(KeyLimits limits, string id = "key_1", TimeZoneInfo? zone = null, string organisation = "org_1", params LimitBoost[] boosts) => new()
    {
        Id = id,
        Kind = KeyKind.Test,
        OrganisationId = organisation,
        ProjectId = "prj_1",
        TimeZone = zone ?? TimeZoneInfo.Utc,
        Credentials = [],
        Enabled = true,
        Limits = limits,
        Boosts = boosts,
    };
}
