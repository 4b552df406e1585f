using Sluice.Contracts.Management;

namespace Sluice.Console.Door;

/// <summary>What came of asking: a value, or a problem to show.</summary>
public sealed record Reply<T>(T? Value, ProblemBody? Problem, string? ETag = null, bool Replayed = false)
    where T : class
{
    public bool IsRight => Problem is null;

    /// <summary>The problem is that the caller lacks a permission.</summary>
    public bool IsForbidden => Problem?.Status is 403;

    public bool IsMissing => Problem?.Status is 404;
}
