using Sluice.Gateway.Requests;

namespace Sluice.Gateway;

/// <summary>What differs between the endpoints; everything else is the one list of stages.</summary>
public sealed class ModelEndpoint
{
    /// <summary>Canonical name, as key scopes and records have it.</summary>
    public required string Name { get; init; }
    public required string Method { get; init; }
    /// <summary>Every address it answers at.</summary>
    public required string[] Paths { get; init; }
    /// <summary>Appended to an upstream's base URL.</summary>
    public string UpstreamPath { get; init; } = "";
    /// <summary>The same for api.deepseek.com, which keeps some endpoints under <c>/beta</c> of its root.</summary>
    public string DeepSeekPath { get => field.Length > 0 ? field : UpstreamPath; init; } = "";
    /// <summary>The members of the body that are checked before the call is let through.</summary>
    public MemberRule[] Members { get; init; } = [];
    public long BodyBytesMax { get; init; } = 10 << 20;
    public bool CanStream { get; init; }
    /// <summary>Usage of a stream has to be asked for with <c>stream_options</c>.</summary>
    public bool AsksForUsage { get; init; }
    /// <summary>Largest single event of a stream, bytes.</summary>
    public int EventBytesMax { get; init; } = 1 << 20;
    /// <summary>The answer's text is counted as it goes by, for when the upstream reports no usage.</summary>
    public bool HasText { get; init; }
    /// <summary>Answered by the gateway itself.</summary>
    public bool IsQuestion { get; init; }
    /// <summary>It tells a key nothing but what that key may do: no right of its owner has to name it.</summary>
    public bool IsAboutTheKey { get; init; }

    public override string ToString() => Name;
}

/// <summary>The endpoints of the data plane, one row each.</summary>
public static class ModelEndpoints
{
    private const JsonKinds Text = JsonKinds.String;
    private const JsonKinds Number = JsonKinds.Number;
    private const JsonKinds Flag = JsonKinds.Boolean;
    private const JsonKinds List = JsonKinds.Array;
    private const JsonKinds Map = JsonKinds.Object;

    // Ranges are the widest that any vendor documents (api-docs.deepseek.com/api/create-chat-completion, OpenAI's openapi.json);
    // what is narrower for one model is that upstream's to refuse.
    private static readonly MemberRule Model = new("model", Text, MemberRole.Model) { Required = true };
    private static readonly MemberRule Stream = new("stream", Flag, MemberRole.Stream);
    private static readonly MemberRule StreamOptions = new("stream_options", Map, MemberRole.StreamOptions);
    private static readonly MemberRule N = new("n", Number, MemberRole.Choices) { Whole = true, Min = 1, Max = 128 };
    private static readonly MemberRule MaxTokens = new("max_tokens", Number, MemberRole.MaxTokens) { Whole = true, Min = 1, Max = int.MaxValue };
    private static readonly MemberRule MaxCompletionTokens = new("max_completion_tokens", Number, MemberRole.MaxTokens) { Whole = true, Min = 1, Max = int.MaxValue };
    private static readonly MemberRule[] Sampling =
    [
        new("temperature", Number) { Min = 0, Max = 2 },
        new("top_p", Number) { Min = 0, Max = 1 },
        new("frequency_penalty", Number) { Min = -2, Max = 2 },
        new("presence_penalty", Number) { Min = -2, Max = 2 },
        new("stop", Text | List),
        new("seed", Number) { Whole = true, Min = long.MinValue, Max = long.MaxValue },
        new("logit_bias", Map),
        new("user", Text),
    ];

    public static readonly ModelEndpoint ChatCompletions = new()
    {
        Name = "POST /v1/chat/completions",
        Method = "POST",
        Paths = ["/v1/chat/completions", "/chat/completions"],
        UpstreamPath = "/chat/completions",
        CanStream = true,
        AsksForUsage = true,
        HasText = true,
        Members =
        [
            Model, Stream, StreamOptions, N, MaxTokens, MaxCompletionTokens,
            new("messages", List, MemberRole.Messages) { Required = true },
            new("tools", List),
            new("tool_choice", Text | Map),
            new("parallel_tool_calls", Flag),
            new("response_format", Map),
            new("thinking", Map),
            new("reasoning_effort", Text),
            new("logprobs", Flag),
            new("top_logprobs", Number) { Whole = true, Min = 0, Max = 20 },
            new("metadata", Map),
            new("store", Flag),
            new("user_id", Text),
            .. Sampling,
        ],
    };

    public static readonly ModelEndpoint ChatCompletionsBeta = new()
    {
        Name = ChatCompletions.Name,
        Method = "POST",
        Paths = ["/beta/chat/completions"],
        UpstreamPath = ChatCompletions.UpstreamPath,
        DeepSeekPath = "/beta/chat/completions",
        CanStream = true,
        AsksForUsage = true,
        HasText = true,
        Members = ChatCompletions.Members,
    };

    private static readonly MemberRule[] CompletionMembers =
    [
        Model, Stream, StreamOptions, N, MaxTokens,
        new("prompt", Text | List) { Required = true },
        new("suffix", Text),
        new("echo", Flag),
        new("logprobs", Number) { Whole = true, Min = 0, Max = 20 },
        new("best_of", Number) { Whole = true, Min = 0, Max = 20 },
        .. Sampling,
    ];

    public static readonly ModelEndpoint Completions = new()
    {
        Name = "POST /v1/completions",
        Method = "POST",
        Paths = ["/v1/completions", "/completions"],
        UpstreamPath = "/completions",
        DeepSeekPath = "/beta/completions",
        CanStream = true,
        AsksForUsage = true,
        HasText = true,
        Members = CompletionMembers,
    };

    /// <summary>Fill in the middle, where DeepSeek has it (api-docs.deepseek.com/api/create-completion).</summary>
    public static readonly ModelEndpoint CompletionsBeta = new()
    {
        Name = "POST /beta/completions",
        Method = "POST",
        Paths = ["/beta/completions", "/beta/v1/completions"],
        UpstreamPath = "/completions",
        DeepSeekPath = "/beta/completions",
        CanStream = true,
        AsksForUsage = true,
        HasText = true,
        Members = CompletionMembers,
    };

    public static readonly ModelEndpoint Embeddings = new()
    {
        Name = "POST /v1/embeddings",
        Method = "POST",
        Paths = ["/v1/embeddings", "/embeddings"],
        UpstreamPath = "/embeddings",
        Members =
        [
            Model,
            new("input", Text | List) { Required = true },
            new("encoding_format", Text) { Allowed = ["float", "base64"] },
            new("dimensions", Number) { Whole = true, Min = 1, Max = 1 << 20 },
            new("user", Text),
        ],
    };

    public static readonly ModelEndpoint ImageGenerations = new()
    {
        Name = "POST /v1/images/generations",
        Method = "POST",
        Paths = ["/v1/images/generations", "/images/generations"],
        UpstreamPath = "/images/generations",
        CanStream = true,
        // Partial pictures arrive as one event each, base64.
        EventBytesMax = 32 << 20,
        Members =
        [
            Model, Stream,
            new("n", Number, MemberRole.Choices) { Whole = true, Min = 1, Max = 10 },
            new("prompt", Text) { Required = true },
            new("size", Text),
            new("quality", Text),
            new("response_format", Text) { Allowed = ["url", "b64_json"] },
            new("style", Text),
            new("background", Text),
            new("output_format", Text) { Allowed = ["png", "jpeg", "webp"] },
            new("output_compression", Number) { Whole = true, Min = 0, Max = 100 },
            new("partial_images", Number) { Whole = true, Min = 0, Max = 3 },
            new("user", Text),
        ],
    };

    public static readonly ModelEndpoint Models = new()
    {
        Name = "GET /v1/models",
        Method = "GET",
        Paths = ["/v1/models", "/models", "/v1/models/{**model}", "/models/{**model}"],
        IsQuestion = true,
        IsAboutTheKey = true,
    };

    public static readonly ModelEndpoint Balance = new()
    {
        Name = "GET /user/balance",
        Method = "GET",
        Paths = ["/user/balance", "/v1/user/balance"],
        IsQuestion = true,
        IsAboutTheKey = true,
    };

    /// <summary>OpenAI's list of completions that were kept for the caller (platform.openai.com/docs/api-reference/chat/list).</summary>
    public static readonly ModelEndpoint StoredCompletions = new()
    {
        Name = "GET /v1/chat/completions",
        Method = "GET",
        Paths = ["/v1/chat/completions", "/chat/completions"],
        IsQuestion = true,
    };

    public static readonly IReadOnlyList<ModelEndpoint> All =
        [ChatCompletions, ChatCompletionsBeta, Completions, CompletionsBeta, Embeddings, ImageGenerations, Models, Balance, StoredCompletions];

    /// <summary>The names that a key's scope may list.</summary>
    public static readonly IReadOnlyList<string> Names = [.. All.Select(static e => e.Name).Distinct()];
}
