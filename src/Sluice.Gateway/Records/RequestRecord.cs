namespace Sluice.Gateway.Records;

/// <summary>How a call ended in the books. The numbers are kept in journals and databases: never renumber.</summary>
public enum CallState : byte
{
    /// <summary>Refused before anything was dispatched: nothing counts.</summary>
    Refused = 1,
    /// <summary>Dispatched, but the upstream failed before it produced anything: what was held is given back.</summary>
    Released = 2,
    /// <summary>Answered; usage as the upstream reported it.</summary>
    Settled = 3,
    /// <summary>Dispatched, but usage is not known (broken off, caller left, process killed): counted as estimated.</summary>
    Estimated = 4,
}

/// <summary>How the token counts are known. Never renumber.</summary>
public enum TokenSource : byte { None = 0, Reported = 1, Estimated = 2 }

/// <summary>One call, as it is remembered. Exactly one exists for each request that reached the gateway's endpoints, refused ones too.</summary>
public sealed class RequestRecord
{
    /// <summary><c>req_</c> and 26 characters that sort by time; the caller has it as <c>x-request-id</c>.</summary>
    public required string RequestId { get; set; }
    /// <summary>Unix time in milliseconds when the request's head was read.</summary>
    public required long StartedAtMs { get; set; }
    public required CallState State { get; set; }
    public string? OrganisationId { get; set; }
    public string? ProjectId { get; set; }
    public string? KeyId { get; set; }
    /// <summary>Day number (<see cref="DateOnly.DayNumber"/>) in the organisation's time zone that the call was counted on; 0 where no key is known.</summary>
    public int Day { get; set; }
    /// <summary>The caller's address after trusted proxies.</summary>
    public string? ClientIp { get; set; }
    /// <summary>Canonical endpoint name, such as <c>POST /v1/chat/completions</c>.</summary>
    public required string Endpoint { get; set; }
    public bool Stream { get; set; }
    /// <summary>What the caller asked for, at most 128 characters.</summary>
    public string? ModelAsked { get; set; }
    /// <summary>What the upstream was asked for.</summary>
    public string? ModelUsed { get; set; }
    public string? UpstreamId { get; set; }
    public string? UpstreamName { get; set; }
    /// <summary>HTTP status sent to the caller; 499 where the caller left before one was sent.</summary>
    public required int Status { get; set; }
    /// <summary>Error code, or <see langword="null"/> for success.</summary>
    public string? ErrorCode { get; set; }
    /// <summary>The stage that refused or failed the call, or <see langword="null"/>.</summary>
    public string? StoppedBy { get; set; }
    /// <summary>Time spent in each stage entered, microseconds, in the order of the list of stages; shorter where the call was stopped.</summary>
    public int[] StageTimesUs { get; set; } = [];
    /// <summary>To the first byte of the answer's body, microseconds; -1 if there was none.</summary>
    public long FirstByteUs { get; set; } = -1;
    /// <summary>To the last byte, microseconds.</summary>
    public long TotalUs { get; set; }
    public TokenSource TokenSource { get; set; }
    public long PromptTokens { get; set; }
    /// <summary>Part of the prompt tokens that the upstream had cached.</summary>
    public long CachedTokens { get; set; }
    /// <summary>Includes reasoning tokens.</summary>
    public long CompletionTokens { get; set; }
    public long ReasoningTokens { get; set; }
    /// <summary>Price of the call in 10⁻⁹ of <see cref="Currency"/>; <see langword="null"/> where no price is known.</summary>
    public long? CostNano { get; set; }
    /// <summary>ISO 4217, or <see langword="null"/>.</summary>
    public string? Currency { get; set; }
    /// <summary>The upstream's finish reason of the first choice.</summary>
    public string? FinishReason { get; set; }

    /// <summary>Whether the call counts against calls-a-day.</summary>
    public bool Counts => State is CallState.Settled or CallState.Estimated;
}
