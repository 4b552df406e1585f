using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Tests.Limits;

internal static class LimitKeys
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);

    public static ApiKey Key(KeyLimits limits, string id = "key_1", TimeZoneInfo? zone = null, string organisation = "org_1") => new()
    {
        Id = id,
        Name = id,
        Kind = KeyKind.Test,
        OrganisationId = organisation,
        ProjectId = "prj_1",
        TimeZone = zone ?? TimeZoneInfo.Utc,
        Credentials = [],
        Enabled = true,
        Limits = limits,
    };
}
