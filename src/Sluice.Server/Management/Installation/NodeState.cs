namespace Sluice.Server.Management.Installation;

/// <summary>What the host says of the node.</summary>
/// <param name="Storage"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="Reasons">Why it is not ready.</param>
/// <param name="Warnings">What somebody should look at.</param>
public sealed record NodeState(string Storage, DateTimeOffset StartedAt, IReadOnlyList<string> Reasons, IReadOnlyList<string> Warnings);
