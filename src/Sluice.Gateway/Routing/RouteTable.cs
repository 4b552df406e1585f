using System.Collections.Frozen;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Routing;

/// <summary>Which upstreams serve which model: immutable, replaced whole when an upstream changes.</summary>
public sealed class RouteTable
{
    public static readonly RouteTable Empty = new([]);

    private readonly FrozenDictionary<string, Candidate[]> _exact;
    private readonly (string Prefix, Candidate[] Candidates)[] _prefixes;

    public RouteTable(IReadOnlyList<LiveUpstream> upstreams)
    {
        var candidates = upstreams
            .Where(static u => u.Definition.Enabled)
            .OrderBy(static u => u.Definition.Priority)
            .SelectMany(static u => u.Definition.Models.Select(m => new Candidate(u, m)))
            .ToList();
        _exact = candidates.Where(static c => !c.Model.Name.EndsWith('*'))
            .GroupBy(static c => c.Model.Name, StringComparer.Ordinal)
            .ToFrozenDictionary(static g => g.Key, static g => g.ToArray(), StringComparer.Ordinal);
        _prefixes = [.. candidates.Where(static c => c.Model.Name.EndsWith('*'))
            .GroupBy(static c => c.Model.Name[..^1], StringComparer.Ordinal)
            .OrderByDescending(static g => g.Key.Length)
            .Select(static g => (g.Key, g.ToArray()))];
    }

    /// <summary>Names that can be listed, in order.</summary>
    public IEnumerable<(string Name, Candidate First)> Models => _exact.OrderBy(static m => m.Key, StringComparer.Ordinal).Select(static m => (m.Key, m.Value[0]));

    /// <summary>Who serves a model, lowest priority number first; empty if nobody does.</summary>
    public Candidate[] Find(string model)
    {
        if (_exact.TryGetValue(model, out var candidates)) return candidates;
        foreach (var (prefix, served) in _prefixes)
            if (model.StartsWith(prefix, StringComparison.Ordinal)) return served;
        return [];
    }

    /// <summary>The order in which the candidates are to be tried: by priority, within one priority drawn by weight.</summary>
    public static Candidate[] Order(Candidate[] candidates, Random random)
    {
        if (candidates.Length < 2) return candidates;
        var ordered = (Candidate[])candidates.Clone();
        for (var start = 0; start < ordered.Length;)
        {
            var end = start + 1;
            while (end < ordered.Length && ordered[end].Definition.Priority == ordered[start].Definition.Priority) end++;
            DrawByWeight(ordered.AsSpan(start, end - start), random);
            start = end;
        }

        return ordered;
    }

    private static void DrawByWeight(Span<Candidate> group, Random random)
    {
        for (; group.Length > 1; group = group[1..])
        {
            var total = 0;
            foreach (var candidate in group) total += candidate.Definition.Weight;
            var draw = random.Next(total);
            var i = 0;
            while ((draw -= group[i].Definition.Weight) >= 0) i++;
            (group[0], group[i]) = (group[i], group[0]);
        }
    }
}
