namespace Sluice.Contracts.Management;

/// <summary>One page of calls, and how much of the log the caller sees at all.</summary>
public sealed record RequestPage
{
    /// <summary>The calls.</summary>
    public required IReadOnlyList<RequestAnswer> Data { get; init; }

    /// <summary>Sent as <c>cursor</c> to get the next page; <see langword="null"/> on the last one.</summary>
    public string? NextCursor { get; init; }

    /// <summary>The part of the log that the caller's roles reach.</summary>
    public required LogWindowAnswer Window { get; init; }
}

/// <summary>How much of the call log somebody sees.</summary>
public sealed record LogWindowAnswer
{
    /// <summary>Calls begun before this instant are not shown, whatever was asked for; <see langword="null"/> for no such bound.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The same as days back from now; <see langword="null"/> for no such bound. Where projects differ, of the one that reaches furthest.</summary>
    public int? Days { get; init; }

    /// <summary>Whether prompts and answers may be seen, where any are kept.</summary>
    public required bool Bodies { get; init; }

    /// <summary>What was cut off and who can widen it; <see langword="null"/> where nothing that was asked for is missing.</summary>
    public string? Message { get; init; }
}
