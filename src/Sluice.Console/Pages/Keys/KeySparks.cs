using Sluice.Console.Door;
using Sluice.Console.Pages.Observe;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Keys;

/// <summary>Calls of the last 24 hours by the hour, of all keys of a page at once.</summary>
internal static class KeySparks
{
    private const int Hours = 24;

    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<long>>?> FindAsync(Plane plane, IReadOnlyList<KeyAnswer> keys, DateTimeOffset now)
    {
        var usage = await plane.GetAsync<UsageAnswer>(Address.Of("/usage", ("from", Period.Text(now.AddHours(1 - Hours))), ("interval", UsageIntervals.Hour), ("groupBy", UsageGroups.Key), ("top", "50"), ("keyId", string.Join(',', keys.Select(static k => k.Id)))));
        return usage.Value?.Series.Where(static s => s.Id is not null && s.Totals.Calls > 0)
            .ToDictionary(static s => s.Id!, static s => (IReadOnlyList<long>)[.. s.Points.TakeLast(Hours).Select(static p => p?.Calls ?? 0)], StringComparer.Ordinal);
    }
}
