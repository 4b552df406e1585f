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

/// <summary>How many calls there were over time.</summary>
public sealed record RequestHistogramAnswer
{
    /// <summary>Where the first bucket begins.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Where the last bucket ends.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Width of a bucket, seconds.</summary>
    public required long StepSeconds { get; init; }

    /// <summary>All buckets from first to last, empty ones too.</summary>
    public required IReadOnlyList<RequestHistogramBucket> Buckets { get; init; }

    /// <summary>The part of the log that the caller's roles reach.</summary>
    public required LogWindowAnswer Window { get; init; }
}

/// <summary>Calls that began within a bucket.</summary>
public sealed record RequestHistogramBucket
{
    /// <summary>Where it begins.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Answered with a status below 400.</summary>
    public required long Ok { get; init; }

    /// <summary>Answered with 400–499, or left by the caller.</summary>
    public required long ClientErrors { get; init; }

    /// <summary>Answered with 500 or more.</summary>
    public required long ServerErrors { get; init; }
}
