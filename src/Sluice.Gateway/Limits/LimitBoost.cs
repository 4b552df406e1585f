namespace Sluice.Gateway.Limits;

/// <summary>More of one limit for a while: from <paramref name="From"/> on, and no longer from <paramref name="Until"/> on, the limit is at least this.</summary>
/// <param name="Limit">Which; a limit that the key does not have is not made by it.</param>
/// <param name="Value">What the limit is raised to where it is lower.</param>
public sealed record LimitBoost(LimitKind Limit, long Value, DateTimeOffset From, DateTimeOffset Until);
