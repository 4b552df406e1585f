using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Tests.Ledger;

/// <summary>A folder of its own, a store, and ledgers on them, one after the other.</summary>
internal sealed class LedgerBed : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sluice-ledger-").FullName;
    private readonly RequestIds _ids = new(TimeProvider.System);

    public string Folder => Path.Combine(_root, "journal");
    public MemoryRecordStore Store { get; } = new();

    public LedgerOptions Options(Action<LedgerOptions>? change = null)
    {
        var options = new LedgerOptions { Folder = Folder, SegmentBytes = 64 * 1024, DrainInterval = TimeSpan.FromMinutes(1), FlushInterval = TimeSpan.FromMilliseconds(1) };
        change?.Invoke(options);
        return options;
    }

    public CallLedger New(Action<LedgerOptions>? change = null, IRecordStore? store = null, ILogger<CallLedger>? logger = null)
        => new(Options(change), store ?? Store, TimeProvider.System, logger ?? NullLogger<CallLedger>.Instance);

    public async Task<CallLedger> StartAsync(Action<LedgerOptions>? change = null)
    {
        var ledger = New(change);
        await ledger.StartAsync(TestContext.Current.CancellationToken);
        return ledger;
    }

    public CallIntent Intent(string key = "key_1", int day = 739_000) => new()
    {
        RequestId = _ids.Next(), StartedAtMs = 1_770_000_000_000, OrganisationId = "org_1", ProjectId = "prj_1", KeyId = key, Day = day,
        Endpoint = "POST /v1/chat/completions", Stream = true, ModelAsked = "deepseek-chat", ClientIp = "10.1.2.3", PromptTokensEstimate = 321,
    };

    public static RequestRecord Settled(CallIntent intent, long tokens = 55) => new()
    {
        RequestId = intent.RequestId, StartedAtMs = intent.StartedAtMs, State = CallState.Settled, OrganisationId = intent.OrganisationId,
        ProjectId = intent.ProjectId, KeyId = intent.KeyId, Day = intent.Day, ClientIp = intent.ClientIp, Endpoint = intent.Endpoint, Stream = intent.Stream,
        ModelAsked = intent.ModelAsked, ModelUsed = "deepseek-v4", UpstreamId = "ups_1", UpstreamName = "deepseek", Status = 200, StageTimesUs = [1, 2, 3, 400],
        FirstByteUs = 120_000, TotalUs = 900_000, TokenSource = TokenSource.Reported, PromptTokens = 300, CachedTokens = 20, CompletionTokens = tokens,
        CostNano = 123_456, Currency = "USD", FinishReason = "stop",
    };

    public RequestRecord Refused() => new()
    {
        RequestId = _ids.Next(), StartedAtMs = 1_770_000_000_000, State = CallState.Refused, Endpoint = "POST /v1/chat/completions", Status = 401,
        ErrorCode = "unknown_api_key", StoppedBy = "Authenticate", StageTimesUs = [5, 6],
    };

    public string[] Segments() => [.. Directory.GetFiles(Folder, "*.journal").Order()];

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
