using System.Net;
using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Records;
using Sluice.Gateway.Requests;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Streaming;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway;

/// <summary>One request through the gateway: what the stages have learnt and taken so far. Belongs to one request at a time.</summary>
public sealed class Exchange
{
    public Exchange(HttpContext http, ModelEndpoint endpoint, string requestId, DateTimeOffset startedAt, long started)
    {
        Http = http;
        Endpoint = endpoint;
        RequestId = requestId;
        StartedAt = startedAt;
        Started = started;
        Watch = new CallWatch(this);
    }

    public HttpContext Http { get; }
    public ModelEndpoint Endpoint { get; }
    public string RequestId { get; }
    public DateTimeOffset StartedAt { get; }
    /// <summary>The same instant on the monotonic clock.</summary>
    public long Started { get; }
    /// <summary>Deadlines and keep-alives.</summary>
    public CallWatch Watch { get; }

    // Authenticate
    public ApiKey? Key { get; set; }

    private Refusal? _keyEnded;
    /// <summary>Why the key may no longer be used, if that came to pass during the call. Set by the clock's thread.</summary>
    public Refusal? KeyEnded
    {
        get => Volatile.Read(ref _keyEnded);
        set => Volatile.Write(ref _keyEnded, value);
    }

    // CheckNetwork
    public IPAddress? ClientIp { get; set; }

    // ReadRequest
    private RequestBody _body;
    private RequestFacts _facts;
    public ref RequestBody Body => ref _body;
    public ref RequestFacts Facts => ref _facts;
    public long PromptTokensEstimate { get; set; }

    // TakeLimits
    public LimitTicket Ticket { get; set; }
    /// <summary>Day number in the organisation's zone.</summary>
    public int Day { get; set; }

    // HoldQuota
    public bool IntentWritten { get; set; }

    // ChooseRoute, CallUpstream
    public Candidate[] Candidates { get; set; } = [];
    public Candidate? Candidate { get; set; }
    public UpstreamCall? Call { get; set; }
    public UpstreamReply? Reply { get; set; }
    /// <summary>Bytes of the request may have reached an upstream.</summary>
    public bool Dispatched { get; set; }

    /// <summary>Guards writing to a stream; <see langword="null"/> for other answers.</summary>
    public StreamGate? Gate { get; set; }
    public CancellationTokenRegistration CallerLeaves { get; set; }

    // The answer
    public Refusal? Refusal { get; set; }
    public string? StoppedBy { get; set; }
    public bool CallerLeft { get; set; }
    /// <summary>This node ended the call, not the upstream: it may have been billed.</summary>
    public bool CutHere { get; set; }
    /// <summary>The caller has been told of the failure.</summary>
    public bool ErrorSent { get; set; }
    /// <summary>The upstream began a successful answer: from here on the call counts.</summary>
    public bool Answered { get; set; }
    /// <summary>Monotonic time of the first body byte sent; 0 if none.</summary>
    public long FirstByte { get; set; }
    private OutputTokenEstimator _text;
    /// <summary>Counts the answer's text, for when no usage is reported.</summary>
    public ref OutputTokenEstimator Text => ref _text;
    private StreamFacts _answer;
    public ref StreamFacts Answer => ref _answer;

    // MeterUsage
    private TokenUsage _usage;
    public ref TokenUsage Usage => ref _usage;
    public long? CostNano { get; set; }
    public string? Currency { get; set; }
    public CallState State { get; set; } = CallState.Refused;

    /// <summary>Time in each stage entered, microseconds.</summary>
    public int[] StageTimesUs { get; set; } = [];
    public int StagesEntered { get; set; }

    /// <summary>Notes that the call failed at <paramref name="stage"/>; the first failure stands.</summary>
    public void Fail(Refusal refusal, string stage)
    {
        if (Refusal is not null) return;
        Refusal = refusal;
        StoppedBy = stage;
    }

    /// <summary>The status as recorded.</summary>
    public int Status => Http.Response.HasStarted || FirstByte != 0 ? Http.Response.StatusCode
        : CallerLeft ? ErrorCodes.CallerLeft.Status
        : Refusal?.Error.Status ?? Http.Response.StatusCode;
}
