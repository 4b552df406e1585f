using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records.Usage;

namespace Sluice.Server.Management.Usage;

/// <summary>Reads the groups of an answer over time. First all groups over the whole span, to find the largest; then only those by interval, and the rest as one.</summary>
internal sealed class UsageSeriesReader(OperationCall call, UsageFilter filter, UsageWindow window)
{
    private const int IdsAtOnce = 500;
    private static readonly (string Id, UsageSum Sum)[] Statuses = [("ok", UsageSum.Ok), ("clientErrors", UsageSum.ClientErrors), ("rateLimited", UsageSum.RateLimited), ("serverErrors", UsageSum.ServerErrors)];

    public async Task<IReadOnlyList<UsageSeries>> ReadAsync(string groupBy, int top)
    {
        switch (groupBy)
        {
            case UsageGroups.None:
                return [Series("", null, await SlicesAsync(UsageDimension.None, window.StepMs, null))];
            case UsageGroups.Status:
                return ByStatus(Series("", null, await SlicesAsync(UsageDimension.None, window.StepMs, null)));
            case UsageGroups.Member:
                return await ByMemberAsync(top);
            default:
                var dimension = groupBy switch { UsageGroups.Key => UsageDimension.Key, UsageGroups.Project => UsageDimension.Project, UsageGroups.Model => UsageDimension.Model, _ => UsageDimension.Upstream };
                var largest = Largest(await GroupsAsync(dimension), top);
                var names = await NamesAsync(dimension, largest);
                return Grouped(largest, names, await SlicesAsync(dimension, window.StepMs, largest));
        }
    }

    private async Task<IReadOnlyList<UsageSeries>> ByMemberAsync(int top)
    {
        var all = await GroupsAsync(UsageDimension.Key);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var ids in all.Select(static s => s.Group).Where(static g => g.Length > 0).Chunk(IdsAtOnce))
        {
            foreach (var key in await call.Data.Keys.Where(k => ids.Contains(k.Id)).Select(k => new { k.Id, k.OwnerId }).ToListAsync(call.CancellationToken))
                owners[key.Id] = key.OwnerId ?? "";
        }

        string OwnerOf(string key) => owners.GetValueOrDefault(key, "");
        var largest = Largest(all.GroupBy(g => OwnerOf(g.Group), StringComparer.Ordinal).Select(g => (g.Key, g.Sum(static k => k.Calls))), top);
        var names = await call.Data.People.Where(p => largest.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, call.CancellationToken);
        var slices = (await SlicesAsync(UsageDimension.Key, window.StepMs, null)).Select(s => OwnerOf(s.Group!) is var owner && largest.Contains(owner) ? s with { Group = owner } : s with { Group = null });
        return Grouped(largest, names, slices);
    }

    private Task<IReadOnlyList<UsageSlice>> SlicesAsync(UsageDimension dimension, long? stepMs, IReadOnlyList<string>? only) =>
        call.Tools.Records.Usage.SlicesAsync(filter, dimension, stepMs, only, call.CancellationToken, window.FromMs);

    private Task<IReadOnlyList<(string Group, long Calls)>> GroupsAsync(UsageDimension dimension) => call.Tools.Records.Usage.GroupsAsync(filter, dimension, call.CancellationToken);

    private static List<string> Largest(IEnumerable<(string Group, long Calls)> groups, int top) =>
        [.. groups.OrderByDescending(static g => g.Calls).ThenBy(static g => g.Group, StringComparer.Ordinal).Take(top).Select(static g => g.Group)];

    private async Task<IReadOnlyDictionary<string, string>> NamesAsync(UsageDimension dimension, List<string> ids) => dimension switch
    {
        UsageDimension.Key => await call.Data.Keys.Where(k => ids.Contains(k.Id)).ToDictionaryAsync(k => k.Id, k => k.Name, call.CancellationToken),
        UsageDimension.Project => await call.Data.Projects.Where(p => ids.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, call.CancellationToken),
        _ => ids.ToDictionary(static id => id, StringComparer.Ordinal),
    };

    private List<UsageSeries> Grouped(List<string> largest, IReadOnlyDictionary<string, string> names, IEnumerable<UsageSlice> slices)
    {
        // A call that came between the two questions may have brought a group of its own: it is among the rest.
        var groups = slices.ToLookup(static s => s.Group);
        List<UsageSeries> series = [.. largest.Select(id => Series(id, names.GetValueOrDefault(id), groups[id]))];
        if (groups[null].Any())
            series.Add(Series("", null, groups[null]) with { Other = true });
        return series;
    }

    private UsageSeries Series(string id, string? name, IEnumerable<UsageSlice> slices)
    {
        var all = slices.ToList();
        var points = new UsageMeasures?[window.StartsMs.Count];
        foreach (var point in all.GroupBy(s => window.IndexOf(s.BucketMs)))
            points[point.Key] = UsageView.Of(point);
        return new UsageSeries { Id = id.Length == 0 ? null : id, Name = id.Length == 0 ? null : name, Totals = UsageView.Of(all), Points = points };
    }

    private static IReadOnlyList<UsageSeries> ByStatus(UsageSeries all) =>
    [
        .. Statuses.Select(status => new UsageSeries { Id = status.Id, Name = status.Id, Totals = UsageView.Of(all.Totals, status.Sum), Points = [.. all.Points.Select(p => p is null ? null : UsageView.Of(p, status.Sum))] })
            .Where(static s => s.Totals.Calls > 0),
    ];
}
