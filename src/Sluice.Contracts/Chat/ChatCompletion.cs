using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Chat;

/// <summary>
/// The answer of <c>POST /v1/chat/completions</c> without streaming.
/// Sources: https://api-docs.deepseek.com/api/create-chat-completion, https://github.com/openai/openai-openapi.
/// </summary>
public sealed record ChatCompletion : WireObject
{
    /// <summary>Value of <see cref="Object"/>.</summary>
    public const string ObjectName = "chat.completion";

    /// <summary>A bare UUID from DeepSeek, <c>chatcmpl-…</c> from OpenAI.</summary>
    public string? Id { get; init; }

    /// <summary><c>chat.completion</c>.</summary>
    public string? Object { get; init; }

    /// <summary>Unix time in seconds.</summary>
    public long Created { get; init; }

    /// <summary>The model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>The answers; DeepSeek gives one.</summary>
    public IReadOnlyList<ChatChoice> Choices { get; init => field = value ?? []; } = [];

    /// <summary>What it used.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>OpenAI: the tier that served it.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Identifies the backend's build. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public string? SystemFingerprint { get => SystemFingerprintMember.Value; init => SystemFingerprintMember = value; }

    [JsonInclude, JsonPropertyName("system_fingerprint"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<string?> SystemFingerprintMember { get; init; }

    /// <summary>OpenAI: what its moderation found.</summary>
    public JsonElement? Moderation { get; init; }
}

/// <summary>One answer of several.</summary>
public sealed record ChatChoice : WireObject
{
    /// <summary>From 0.</summary>
    public int Index { get; init; }

    /// <summary>What the model said.</summary>
    public AssistantMessage? Message { get; init; }

    /// <summary>Log probabilities where asked for. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public ChatLogprobs? Logprobs { get => LogprobsMember.Value; init => LogprobsMember = value; }

    [JsonInclude, JsonPropertyName("logprobs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<ChatLogprobs?> LogprobsMember { get; init; }

    /// <summary>Why it ended; see <see cref="FinishReasons"/>. Always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FinishReason { get; init; }
}

/// <summary>What the model said.</summary>
public sealed record AssistantMessage : WireObject
{
    /// <summary><c>assistant</c>.</summary>
    public string? Role { get; init; }

    /// <summary>The answer; <see langword="null"/> or empty beside tool calls. Always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Content { get; init; }

    /// <summary>DeepSeek: the reasoning, while thinking. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public string? ReasoningContent { get => ReasoningContentMember.Value; init => ReasoningContentMember = value; }

    [JsonInclude, JsonPropertyName("reasoning_content"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<string?> ReasoningContentMember { get; init; }

    /// <summary>Tools to be called.</summary>
    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }

    /// <summary>OpenAI: why it refused. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public string? Refusal { get => RefusalMember.Value; init => RefusalMember = value; }

    [JsonInclude, JsonPropertyName("refusal"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<string?> RefusalMember { get; init; }

    /// <summary>OpenAI: references found by web search.</summary>
    public IReadOnlyList<JsonElement>? Annotations { get; init; }

    /// <summary>OpenAI: audio produced.</summary>
    public JsonElement? Audio { get; init; }

    /// <summary>OpenAI, deprecated: see <see cref="ToolCalls"/>.</summary>
    public FunctionCall? FunctionCall { get; init; }

    /// <summary>This message as part of the next request, with its reasoning and tool calls, as DeepSeek asks for it.</summary>
    public ChatMessage ToRequestMessage() => new()
    {
        Role = Role ?? ChatRoles.Assistant,
        Content = Content,
        ReasoningContent = ReasoningContent,
        ToolCalls = ToolCalls,
        Refusal = Refusal,
        FunctionCall = FunctionCall,
    };
}

/// <summary>Log probabilities, one entry a token, for each kind of text.</summary>
public sealed record ChatLogprobs : WireObject
{
    /// <summary>Of the answer. Always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<TokenLogprob>? Content { get; init; }

    /// <summary>DeepSeek: of the reasoning.</summary>
    public IReadOnlyList<TokenLogprob>? ReasoningContent { get; init; }

    /// <summary>OpenAI: of the refusal. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public IReadOnlyList<TokenLogprob>? Refusal { get => RefusalMember.Value; init => RefusalMember = new(value); }

    [JsonInclude, JsonPropertyName("refusal"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<IReadOnlyList<TokenLogprob>?> RefusalMember { get; init; }
}

/// <summary>A token, how likely it was, and what else might have come.</summary>
public sealed record TokenLogprob : WireObject
{
    /// <summary>The token as text.</summary>
    public string? Token { get; init; }

    /// <summary>Natural logarithm of the probability; −9999 means outside the 20 most likely.</summary>
    public double Logprob { get; init; }

    /// <summary>Its UTF-8 bytes, 0–255 each, or <see langword="null"/>. Always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<int>? Bytes { get; init; }

    /// <summary>The most likely tokens at this place. Not on the entries of such a list.</summary>
    public IReadOnlyList<TokenLogprob>? TopLogprobs { get; init; }
}
