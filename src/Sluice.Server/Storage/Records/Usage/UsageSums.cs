using Sluice.Gateway.Records;

namespace Sluice.Server.Storage.Records.Usage;

/// <summary>What can be added up of calls. The names are the columns of the roll-ups, in the order that everything here reads and writes them.</summary>
internal enum UsageSum
{
    Calls, Ok, ClientErrors, RateLimited, ServerErrors, EstimatedCalls, PromptTokens, CachedTokens, CompletionTokens, ReasoningTokens, CostNano, TimedCalls, TotalUs, FirstByteCalls, FirstByteUs,
}

/// <summary>The sums of some calls.</summary>
internal sealed class UsageSums
{
    public static readonly IReadOnlyList<string> Columns =
    [
        "calls", "ok", "client_errors", "rate_limited", "server_errors", "estimated_calls", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "cost_nano",
        "timed_calls", "total_us", "first_byte_calls", "first_byte_us",
    ];

    private readonly long[] _values = new long[Columns.Count];

    public long this[UsageSum sum]
    {
        get => _values[(int)sum];
        set => _values[(int)sum] = value;
    }

    public void Add(UsageSums others)
    {
        for (var i = 0; i < _values.Length; i++) _values[i] += others._values[i];
    }

    public void Add(RequestRecord record)
    {
        this[UsageSum.Calls]++;
        this[StatusOf(record.Status)]++;
        if (record.TokenSource is TokenSource.Estimated || record.State is CallState.Estimated) this[UsageSum.EstimatedCalls]++;
        this[UsageSum.PromptTokens] += record.PromptTokens;
        this[UsageSum.CachedTokens] += record.CachedTokens;
        this[UsageSum.CompletionTokens] += record.CompletionTokens;
        this[UsageSum.ReasoningTokens] += record.ReasoningTokens;
        this[UsageSum.CostNano] += record.CostNano ?? 0;
        if (!IsTimed(record)) return;
        this[UsageSum.TimedCalls]++;
        this[UsageSum.TotalUs] += record.TotalUs;
        if (record.FirstByteUs < 0) return;
        this[UsageSum.FirstByteCalls]++;
        this[UsageSum.FirstByteUs] += record.FirstByteUs;
    }

    /// <summary>What a refusal took says nothing about how fast calls are answered.</summary>
    public static bool IsTimed(RequestRecord record) => record.State is not CallState.Refused || record.Status < 400;

    public static UsageSum StatusOf(int status) => status switch
    {
        < 400 => UsageSum.Ok,
        429 => UsageSum.RateLimited,
        < 500 => UsageSum.ClientErrors,
        _ => UsageSum.ServerErrors,
    };
}
