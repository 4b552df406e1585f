namespace Sluice.Contracts.Management;

/// <summary>One page of a list.</summary>
public sealed record Page<T>
{
    /// <summary>The entries.</summary>
    public required IReadOnlyList<T> Data { get; init; }

    /// <summary>Sent as <c>cursor</c> to get the next page; <see langword="null"/> on the last one.</summary>
    public string? NextCursor { get; init; }
}
