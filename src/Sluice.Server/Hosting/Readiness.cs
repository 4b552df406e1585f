using System.Collections.Concurrent;

namespace Sluice.Server.Hosting;

/// <summary>Whether this node should get work, and if not, why. Begins as "starting".</summary>
public sealed class Readiness
{
    public const string Starting = "starting";
    public const string Draining = "draining";
    private readonly ConcurrentDictionary<string, bool> _reasons = new([new(Starting, true)]);

    private readonly ConcurrentDictionary<string, bool> _warnings = new();
    private volatile bool _draining;

    public bool IsReady => _reasons.IsEmpty;

    /// <summary>Whether the node is going down; it does not come back from that.</summary>
    public bool IsDraining => _draining;

    /// <summary>Sorted by name.</summary>
    public IReadOnlyList<string> Reasons => [.. _reasons.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What the operator should look at, though the node works. Sorted by name.</summary>
    public IReadOnlyList<string> Warnings => [.. _warnings.Keys.Order(StringComparer.Ordinal)];

    /// <param name="warning">Lower snake case.</param>
    public void Warn(string warning) => _warnings[warning] = true;

    public void EndWarning(string warning) => _warnings.TryRemove(warning, out _);

    /// <param name="reason">Lower snake case.</param>
    public void Hold(string reason)
    {
        if (reason == Draining) _draining = true;
        _reasons[reason] = true;
    }

    public void Release(string reason) => _reasons.TryRemove(reason, out _);
}
