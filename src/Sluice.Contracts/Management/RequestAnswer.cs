namespace Sluice.Contracts.Management;

/// <summary>Values of a request's <c>state</c>: how it ended in the books.</summary>
public static class RequestStates
{
    /// <summary>Refused before anything was sent upstream: nothing counts.</summary>
    public const string Refused = "refused";

    /// <summary>The upstream failed before it produced anything: what was held was given back.</summary>
    public const string Released = "released";

    /// <summary>Answered; usage as the upstream reported it.</summary>
    public const string Settled = "settled";

    /// <summary>Sent upstream, but usage was not reported: counted as estimated.</summary>
    public const string Estimated = "estimated";
}

/// <summary>Values of <see cref="RequestTokensAnswer.Source"/>.</summary>
public static class TokenSources
{
    /// <summary>No tokens were used.</summary>
    public const string None = "none";

    /// <summary>As the upstream reported them.</summary>
    public const string Reported = "reported";

    /// <summary>Counted by Sluice, because the upstream did not report them.</summary>
    public const string Estimated = "estimated";
}

/// <summary>One call, as it is remembered; refused ones too.</summary>
public sealed record RequestAnswer
{
    /// <summary><c>req_…</c>, the same as in <c>x-request-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>When the request's head was read.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>See <see cref="RequestStates"/>.</summary>
    public required string State { get; init; }

    /// <summary><c>org_…</c>, or <see langword="null"/> where no key was known.</summary>
    public string? OrganisationId { get; init; }

    /// <summary><c>prj_…</c>, or <see langword="null"/> where no key was known.</summary>
    public string? ProjectId { get; init; }

    /// <summary><c>key_…</c>, or <see langword="null"/> where none was known.</summary>
    public string? KeyId { get; init; }

    /// <summary>The key's name now; not given in the live log.</summary>
    public string? KeyName { get; init; }

    /// <summary>The project's name now; given where one call is asked for.</summary>
    public string? ProjectName { get; init; }

    /// <summary>The day in the organisation's time zone that it was counted on; <see langword="null"/> where no key was known.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>The caller's address after trusted proxies.</summary>
    public string? ClientIp { get; init; }

    /// <summary>Such as <c>POST /v1/chat/completions</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Whether a stream was asked for.</summary>
    public required bool Stream { get; init; }

    /// <summary>What the caller asked for.</summary>
    public string? ModelAsked { get; init; }

    /// <summary>What the upstream was asked for.</summary>
    public string? ModelUsed { get; init; }

    /// <summary><c>ups_…</c> or <c>cfg_…</c>, or <see langword="null"/> where none was asked.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>The upstream's name at the time.</summary>
    public string? UpstreamName { get; init; }

    /// <summary>HTTP status sent to the caller; 499 where the caller left before one was sent.</summary>
    public required int Status { get; init; }

    /// <summary>See <see cref="Errors.ErrorCodes"/>; <see langword="null"/> for success.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The stage that refused or failed it, or <see langword="null"/>.</summary>
    public string? StoppedBy { get; init; }

    /// <summary>The stages it entered, in order, with the time spent in each.</summary>
    public required IReadOnlyList<StageTimeAnswer> Stages { get; init; }

    /// <summary>To the first byte of the answer's body, microseconds; <see langword="null"/> if there was none.</summary>
    public long? FirstByteMicroseconds { get; init; }

    /// <summary>To the last byte, microseconds.</summary>
    public required long TotalMicroseconds { get; init; }

    /// <summary>What it used.</summary>
    public required RequestTokensAnswer Tokens { get; init; }

    /// <summary>What it cost; <see langword="null"/> where no price is known.</summary>
    public CostAnswer? Cost { get; init; }

    /// <summary>Why the first choice ended; see <see cref="FinishReasons"/>.</summary>
    public string? FinishReason { get; init; }

    /// <summary>Whether it counts against calls a day.</summary>
    public required bool Counts { get; init; }
}

/// <summary>Time spent in one stage.</summary>
public sealed record StageTimeAnswer
{
    /// <summary>The stage's name.</summary>
    public required string Name { get; init; }

    /// <summary>Microseconds, at least 0.</summary>
    public required long Microseconds { get; init; }
}

/// <summary>Tokens of one call.</summary>
public sealed record RequestTokensAnswer
{
    /// <summary>In the prompt, cached ones included.</summary>
    public required long Prompt { get; init; }

    /// <summary>The part of the prompt that the upstream had cached.</summary>
    public required long Cached { get; init; }

    /// <summary>Produced, reasoning included.</summary>
    public required long Completion { get; init; }

    /// <summary>The part of the completion spent on reasoning.</summary>
    public required long Reasoning { get; init; }

    /// <summary>How they are known; see <see cref="TokenSources"/>.</summary>
    public required string Source { get; init; }
}

/// <summary>An amount of money.</summary>
public sealed record CostAnswer
{
    /// <summary>10⁻⁹ of the currency's unit.</summary>
    public required long Nano { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }
}
