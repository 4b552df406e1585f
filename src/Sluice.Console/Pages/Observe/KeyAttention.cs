using Sluice.Console.Door;
using Sluice.Console.Layout;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Observe;

/// <summary>A key whose calls fail or are refused all of a sudden.</summary>
/// <param name="Id">Of the key.</param>
/// <param name="Name">Of the key.</param>
/// <param name="Errors">In the last quarter of an hour.</param>
/// <param name="Share">Of its calls in that time.</param>
/// <param name="Before">The share in the rest of the hour; <see langword="null"/> where it made no calls.</param>
/// <param name="Last">The last call that failed, where the log may be read.</param>
public sealed record KeyAttention(string Id, string Name, long Errors, double Share, double? Before, RequestAnswer? Last)
{
    private const int Minutes = 15;
    private const int Least = 5;
    private const int Most = 5;

    internal static async Task<IReadOnlyList<KeyAttention>> FindAsync(Plane plane, Visit visit, UsageFilter filter)
    {
        var usage = await plane.GetAsync<UsageAnswer>(filter.Path(UsageGroups.Key, ("interval", "minute"), ("top", "50")));
        var found = new List<KeyAttention>();
        foreach (var series in (usage.Value?.Series ?? []).Where(static s => s is { Other: false, Id: not null }))
        {
            if (Of(series) is { } sudden) found.Add(sudden);
        }

        var shown = found.OrderByDescending(static f => f.Errors).Take(Most).ToList();
        if (!visit.May("logs.read")) return shown;
        for (var i = 0; i < shown.Count; i++)
        {
            var calls = await plane.GetAsync<RequestPage>(Address.Of("/requests", ("keyId", shown[i].Id), ("statusClass", "4xx,5xx"), ("from", Period.Text(visit.Show.Now.AddHours(-1))), ("limit", "1")));
            shown[i] = shown[i] with { Last = calls.Value is { Data: [var last, ..] } ? last : null };
        }

        return shown;
    }

    /// <summary>A fifth of its calls or more, at least so many, and at least twice the share that it was before.</summary>
    private static KeyAttention? Of(UsageSeries series)
    {
        var points = series.Points;
        var late = Sum(points.Skip(Math.Max(0, points.Count - Minutes)));
        var early = Sum(points.Take(Math.Max(0, points.Count - Minutes)));
        if (late.Errors < Least) return null;
        var share = (double)late.Errors / late.Calls;
        double? before = early.Calls == 0 ? null : (double)early.Errors / early.Calls;
        return share >= 0.2 && !(before * 2 > share) ? new KeyAttention(series.Id!, series.Name ?? series.Id!, late.Errors, share, before, null) : null;
    }

    private static (long Calls, long Errors) Sum(IEnumerable<UsageMeasures?> points) =>
        points.OfType<UsageMeasures>().Aggregate((Calls: 0L, Errors: 0L), static (sum, p) => (sum.Calls + p.Calls, sum.Errors + UsageLines.Errors(p)));
}
