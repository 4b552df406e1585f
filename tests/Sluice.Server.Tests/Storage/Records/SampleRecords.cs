using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Server.Tests.Storage.Records;

/// <summary>Records with every member set, or none but the required.</summary>
internal static class SampleRecords
{
    /// <summary>Noon UTC on 24 November 2026.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static readonly int Today = DateOnly.FromDateTime(Noon.UtcDateTime).DayNumber;

    public static string Id(DateTimeOffset at) => new RequestIds(new FakeTimeProvider(at)).Next();

    public static RequestRecord Full(DateTimeOffset? at = null, string key = "key_1", CallState state = CallState.Settled, int status = 200, string model = "deepseek-chat", string organisation = "org_1") => new()
    {
        RequestId = Id(at ?? Noon), StartedAtMs = (at ?? Noon).ToUnixTimeMilliseconds(), State = state, OrganisationId = organisation, ProjectId = "prj_1", KeyId = key,
        Day = Today, ClientIp = "2001:db8::1", Endpoint = "POST /v1/chat/completions", Stream = true, ModelAsked = model, ModelUsed = "deepseek-v4", UpstreamId = "ups_1",
        UpstreamName = "deepseek", Status = status, ErrorCode = "upstream_error", StoppedBy = "CallUpstream", StageTimesUs = [1, 0, 2_000_000, int.MaxValue], FirstByteUs = 12_345,
        TotalUs = 5_000_000_000, TokenSource = TokenSource.Reported, PromptTokens = 3_000_000_000, CachedTokens = 4, CompletionTokens = 5, ReasoningTokens = 6,
        CostNano = 9_000_000_000_000, Currency = "CNY", FinishReason = "stop",
    };

    public static RequestRecord Bare(DateTimeOffset? at = null) => new()
    {
        RequestId = Id(at ?? Noon), StartedAtMs = (at ?? Noon).ToUnixTimeMilliseconds(), State = CallState.Refused, Endpoint = "POST /v1/embeddings", Status = 401,
    };

    public static CallIntent Intent(string requestId) => new()
    {
        RequestId = requestId, StartedAtMs = 1, OrganisationId = "org_1", ProjectId = "prj_1", KeyId = "key_1", Day = Today, Endpoint = "POST /v1/chat/completions",
        Stream = true, ModelAsked = null, ClientIp = "10.0.0.1", PromptTokensEstimate = 77,
    };

    public static LedgerBatch Batch(params RequestRecord[] records) => new(records, [], [], new JournalPosition(1, 100));
}
