using Sluice.Contracts.Management;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tiers;

internal static class TierView
{
    public static TierAnswer Of(TierRow row) => new()
    {
        Id = row.Id,
        Rank = row.Rank,
        Name = row.Name,
        TestCallsPerDay = row.TestCallsPerDay,
        ProductionCallsPerDay = row.ProductionCallsPerDay,
        CallsPerDayMax = row.CallsPerDayMax,
        RequestsPerMinuteMax = row.RequestsPerMinuteMax,
        TokensPerMinuteMax = row.TokensPerMinuteMax,
        ConcurrencyMax = row.ConcurrencyMax,
        Support = row.Support,
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.UpdatedAtMs),
    };
}
