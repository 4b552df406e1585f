namespace Sluice.Contracts.Management;

/// <summary>Values of <see cref="UsageAnswer.Interval"/>.</summary>
public static class UsageIntervals
{
    /// <summary>A minute.</summary>
    public const string Minute = "minute";

    /// <summary>An hour.</summary>
    public const string Hour = "hour";

    /// <summary>A day in the organisation's time zone.</summary>
    public const string Day = "day";
}

/// <summary>Values of <see cref="UsageAnswer.GroupBy"/>.</summary>
public static class UsageGroups
{
    /// <summary>All in one.</summary>
    public const string None = "none";

    /// <summary>By API key.</summary>
    public const string Key = "key";

    /// <summary>By model.</summary>
    public const string Model = "model";

    /// <summary>By project.</summary>
    public const string Project = "project";

    /// <summary>By who owns the key now.</summary>
    public const string Member = "member";

    /// <summary>By upstream.</summary>
    public const string Upstream = "upstream";

    /// <summary>By how calls were answered: <c>ok</c>, <c>clientErrors</c>, <c>rateLimited</c>, <c>serverErrors</c>.</summary>
    public const string Status = "status";
}

/// <summary>What calls add up to over a span of time.</summary>
public sealed record UsageAnswer
{
    /// <summary>Where the span begins: what was asked for, widened to whole intervals.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Where it ends.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>See <see cref="UsageIntervals"/>.</summary>
    public required string Interval { get; init; }

    /// <summary>The organisation's time zone, in which days begin; an IANA name.</summary>
    public required string TimeZone { get; init; }

    /// <summary>See <see cref="UsageGroups"/>.</summary>
    public required string GroupBy { get; init; }

    /// <summary>Where the question was answered otherwise than asked: a wider interval, an earlier end.</summary>
    public string? Message { get; init; }

    /// <summary>All of the span.</summary>
    public required UsageMeasures Totals { get; init; }

    /// <summary>The span of the same length before, where it was asked for.</summary>
    public UsagePeriod? Previous { get; init; }

    /// <summary>When each interval begins.</summary>
    public required IReadOnlyList<DateTimeOffset> Starts { get; init; }

    /// <summary>The groups with most calls first, the rest as one at the end.</summary>
    public required IReadOnlyList<UsageSeries> Series { get; init; }

    /// <summary>What calls were refused or failed with, most frequent first; <see langword="null"/> where one model is asked about, by which codes are not kept.</summary>
    public IReadOnlyList<UsageErrorCode>? ErrorCodes { get; init; }
}

/// <summary>A span and its sums.</summary>
public sealed record UsagePeriod
{
    /// <summary>Where it begins.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Where it ends.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>All of it.</summary>
    public required UsageMeasures Totals { get; init; }
}

/// <summary>One group over time.</summary>
public sealed record UsageSeries
{
    /// <summary>Id of the key, project or member, name of the model or upstream; <see langword="null"/> where there is none (a service key has no owner), and for the rest.</summary>
    public string? Id { get; init; }

    /// <summary>The name that belongs to the id now, where it is known.</summary>
    public string? Name { get; init; }

    /// <summary>Whether this is all that is not among the groups shown.</summary>
    public bool Other { get; init; }

    /// <summary>All of the span.</summary>
    public required UsageMeasures Totals { get; init; }

    /// <summary>One for each interval; <see langword="null"/> where nothing happened.</summary>
    public required IReadOnlyList<UsageMeasures?> Points { get; init; }
}

/// <summary>Sums of calls.</summary>
public sealed record UsageMeasures
{
    /// <summary>Calls that ended.</summary>
    public required long Calls { get; init; }

    /// <summary>Answered with a status below 400.</summary>
    public required long Ok { get; init; }

    /// <summary>Answered with 400–499 but 429, or left by the caller (499).</summary>
    public required long ClientErrors { get; init; }

    /// <summary>Answered with 429.</summary>
    public required long RateLimited { get; init; }

    /// <summary>Answered with 500 or more.</summary>
    public required long ServerErrors { get; init; }

    /// <summary><see cref="Ok"/> of <see cref="Calls"/>, 0 to 1; <see langword="null"/> without calls.</summary>
    public double? SuccessRate { get; init; }

    /// <summary>Tokens used.</summary>
    public required UsageTokens Tokens { get; init; }

    /// <summary>Calls whose tokens are not reported but estimated.</summary>
    public required long EstimatedCalls { get; init; }

    /// <summary>One amount for each currency; empty where no price is known.</summary>
    public required IReadOnlyList<CostAnswer> Cost { get; init; }

    /// <summary>To the last byte, of calls that were not refused; <see langword="null"/> without any.</summary>
    public UsageLatency? Latency { get; init; }

    /// <summary>To the first byte of the body, of the same calls; <see langword="null"/> without any.</summary>
    public UsageLatency? FirstToken { get; init; }
}

/// <summary>Tokens of calls.</summary>
public sealed record UsageTokens
{
    /// <summary>In prompts, cached ones included.</summary>
    public required long Prompt { get; init; }

    /// <summary>The part of the prompts that upstreams had cached.</summary>
    public required long Cached { get; init; }

    /// <summary>Produced, reasoning included.</summary>
    public required long Completion { get; init; }

    /// <summary>The part of completions spent on reasoning.</summary>
    public required long Reasoning { get; init; }
}

/// <summary>Durations in microseconds. Percentiles are right to about 6 %, the mean exactly.</summary>
public sealed record UsageLatency
{
    /// <summary>Sum by number.</summary>
    public required long Mean { get; init; }

    /// <summary>Half took at most so long.</summary>
    public required long P50 { get; init; }

    /// <summary>95 % took at most so long.</summary>
    public required long P95 { get; init; }

    /// <summary>99 % took at most so long.</summary>
    public required long P99 { get; init; }
}

/// <summary>How often calls ended with an error code.</summary>
public sealed record UsageErrorCode
{
    /// <summary>See <see cref="Errors.ErrorCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>Calls.</summary>
    public required long Count { get; init; }
}
