namespace Sluice.Contracts.Management;

/// <summary>Values of <see cref="KeyLimitLevel.Source"/>.</summary>
public static class LimitSources
{
    /// <summary>What the organisation's tier gives a key where nothing else was set.</summary>
    public const string Tier = "tier";

    /// <summary>Raised by a quota application that was approved, for a while.</summary>
    public const string Grant = "grant";

    /// <summary>Set on the key.</summary>
    public const string Key = "key";
}

/// <summary>The limits of a key and how much of them is taken.</summary>
public sealed record KeyLimitUseAnswer
{
    /// <summary><c>key_…</c>.</summary>
    public required string KeyId { get; init; }

    /// <summary>When this was so.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>All four limits, those that the key does not have too.</summary>
    public required IReadOnlyList<KeyLimitLevel> Limits { get; init; }
}

/// <summary>One limit.</summary>
public sealed record KeyLimitLevel
{
    /// <summary><c>callsPerDay</c>, <c>requestsPerMinute</c>, <c>tokensPerMinute</c> or <c>concurrency</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How much is allowed now; <see langword="null"/> for no limit.</summary>
    public long? Limit { get; init; }

    /// <summary>How much is taken; <see langword="null"/> where it is not counted, because there is no limit.</summary>
    public long? Used { get; init; }

    /// <summary>How much is left; <see langword="null"/> for no limit.</summary>
    public long? Remaining { get; init; }

    /// <summary>When nothing of it will be taken any more if no further call comes; <see langword="null"/> for calls under way, which end when they end.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>See <see cref="LimitSources"/>; <see langword="null"/> for no limit.</summary>
    public string? Source { get; init; }

    /// <summary>When the grant ends that the limit is raised by; <see langword="null"/> where none is.</summary>
    public DateTimeOffset? GrantedUntil { get; init; }

    /// <summary>What the limit is when the grant ends; <see langword="null"/> where none is.</summary>
    public long? WithoutGrant { get; init; }
}

/// <summary>A limit of a key that is used lately, beside those of other keys.</summary>
public sealed record TightLimitAnswer
{
    /// <summary><c>key_…</c>.</summary>
    public required string KeyId { get; init; }

    /// <summary>The key's name now.</summary>
    public required string KeyName { get; init; }

    /// <summary>The limit; it has one, and counts what is taken.</summary>
    public required KeyLimitLevel Limit { get; init; }
}
