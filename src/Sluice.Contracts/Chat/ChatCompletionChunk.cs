using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Chat;

/// <summary>
/// One event of a streamed chat completion. DeepSeek puts the usage on the chunk that carries the finish reason; OpenAI sends it, when asked, on one more
/// chunk without choices. Some vendors send an error in place of a chunk: see <see cref="Error"/>.
/// Source: https://api-docs.deepseek.com/api/create-chat-completion.
/// </summary>
public sealed record ChatCompletionChunk : WireObject
{
    /// <summary>Value of <see cref="Object"/>.</summary>
    public const string ObjectName = "chat.completion.chunk";

    /// <summary>The same on every chunk of a stream.</summary>
    public string? Id { get; init; }

    /// <summary><c>chat.completion.chunk</c>.</summary>
    public string? Object { get; init; }

    /// <summary>Unix time in seconds, the same on every chunk of a stream.</summary>
    public long? Created { get; init; }

    /// <summary>The model that answers.</summary>
    public string? Model { get; init; }

    /// <summary>OpenAI: the tier that serves it.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Identifies the backend's build. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public string? SystemFingerprint { get => SystemFingerprintMember.Value; init => SystemFingerprintMember = value; }

    [JsonInclude, JsonPropertyName("system_fingerprint"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<string?> SystemFingerprintMember { get; init; }

    /// <summary>What is new; empty on a chunk that only carries usage, and never <see langword="null"/>.</summary>
    [JsonIgnore]
    public IReadOnlyList<ChatChunkChoice> Choices { get => ChoicesMember.Value ?? []; init => ChoicesMember = new(value); }

    [JsonInclude, JsonPropertyName("choices"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<IReadOnlyList<ChatChunkChoice>?> ChoicesMember { get; init; }

    /// <summary>What the whole answer used so far. Take the last one that is not <see langword="null"/>, never the sum. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public TokenUsage? Usage { get => UsageMember.Value; init => UsageMember = value; }

    [JsonInclude, JsonPropertyName("usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<TokenUsage?> UsageMember { get; init; }

    /// <summary>OpenAI: padding.</summary>
    public string? Obfuscation { get; init; }

    /// <summary>Set where the event is an error in the middle of the stream: the answer is not complete and no more will come.</summary>
    public ErrorObject? Error { get; init; }

    /// <summary>OpenAI: what its moderation found.</summary>
    public JsonElement? Moderation { get; init; }
}

/// <summary>What is new in one answer.</summary>
public sealed record ChatChunkChoice : WireObject
{
    /// <summary>From 0.</summary>
    public int Index { get; init; }

    /// <summary>What is new; never <see langword="null"/>.</summary>
    public ChatDelta Delta { get; init => field = value ?? new(); } = new();

    /// <summary>Log probabilities where asked for. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public ChatLogprobs? Logprobs { get => LogprobsMember.Value; init => LogprobsMember = value; }

    [JsonInclude, JsonPropertyName("logprobs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<ChatLogprobs?> LogprobsMember { get; init; }

    /// <summary>Why it ended, on its last chunk; <see langword="null"/> (some vendors: empty) before. Always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FinishReason { get; init; }
}

/// <summary>
/// New text. A member once set is written, <c>null</c> included, because vendors tell the phases of an answer apart that way:
/// <c>{"content":null,"reasoning_content":"…"}</c> while thinking, <c>{"content":"…","reasoning_content":null}</c> after it.
/// </summary>
public sealed record ChatDelta : WireObject
{
    /// <summary><c>assistant</c>, on the first chunk.</summary>
    public string? Role { get; init; }

    /// <summary>More of the answer.</summary>
    [JsonIgnore]
    public string? Content { get => ContentMember.Value; init => ContentMember = value; }

    [JsonInclude, JsonPropertyName("content"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<string?> ContentMember { get; init; }

    /// <summary>DeepSeek: more of the reasoning; all of it comes before the answer.</summary>
    [JsonIgnore]
    public string? ReasoningContent { get => ReasoningContentMember.Value; init => ReasoningContentMember = value; }

    [JsonInclude, JsonPropertyName("reasoning_content"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<string?> ReasoningContentMember { get; init; }

    /// <summary>OpenAI: more of a refusal.</summary>
    [JsonIgnore]
    public string? Refusal { get => RefusalMember.Value; init => RefusalMember = value; }

    [JsonInclude, JsonPropertyName("refusal"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<string?> RefusalMember { get; init; }

    /// <summary>Pieces of tool calls.</summary>
    public IReadOnlyList<ToolCallDelta>? ToolCalls { get; init; }

    /// <summary>OpenAI, deprecated: see <see cref="ToolCalls"/>.</summary>
    public FunctionCall? FunctionCall { get; init; }
}
