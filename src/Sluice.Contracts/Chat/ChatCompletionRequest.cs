using System.Text.Json;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Chat;

/// <summary>
/// Body of <c>POST /v1/chat/completions</c>, with the members of DeepSeek and of OpenAI. A member left <see langword="null"/> is not sent.
/// Sources: https://api-docs.deepseek.com/api/create-chat-completion, https://github.com/openai/openai-openapi.
/// </summary>
public sealed record ChatCompletionRequest : WireObject
{
    /// <summary>Model name, such as <c>deepseek-flash</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The conversation so far, at least one message.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>DeepSeek: thinking on or off. Left out, today's models think.</summary>
    public Thinking? Thinking { get; init; }

    /// <summary>How hard to think: <c>none</c>, <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c>, <c>xhigh</c>, <c>max</c>; which of them differ depends on the model.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>Most tokens to produce, reasoning included. DeepSeek: 1–393216. OpenAI's reasoning models want <see cref="MaxCompletionTokens"/>.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>OpenAI: most tokens to produce, reasoning included.</summary>
    public int? MaxCompletionTokens { get; init; }

    /// <summary>Form of the answer: text, JSON, or (OpenAI) JSON of a schema.</summary>
    public ResponseFormat? ResponseFormat { get; init; }

    /// <summary>Texts at which to stop.</summary>
    public StopSequences? Stop { get; init; }

    /// <summary>Whether to answer as a stream of server-sent events.</summary>
    public bool? Stream { get; init; }

    /// <summary>Only together with <see cref="Stream"/>: DeepSeek answers 400 otherwise.</summary>
    public StreamOptions? StreamOptions { get; init; }

    /// <summary>0–2, default 1. No effect while thinking.</summary>
    public double? Temperature { get; init; }

    /// <summary>Above 0 up to 1, default 1.</summary>
    public double? TopP { get; init; }

    /// <summary>Tools the model may ask for, at most 128, with unique names.</summary>
    public IReadOnlyList<ChatTool>? Tools { get; init; }

    /// <summary>Whether and which tool must be called. DeepSeek refuses <c>required</c> and named tools while thinking.</summary>
    public ToolChoice? ToolChoice { get; init; }

    /// <summary>OpenAI: whether several tools may be asked for at once; default true.</summary>
    public bool? ParallelToolCalls { get; init; }

    /// <summary>Whether to return log probabilities.</summary>
    public bool? Logprobs { get; init; }

    /// <summary>0–20 alternatives per token; needs <see cref="Logprobs"/>.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>−2 to 2, default 0. DeepSeek accepts and ignores it.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>−2 to 2, default 0. DeepSeek accepts and ignores it.</summary>
    public double? PresencePenalty { get; init; }

    /// <summary>DeepSeek: an opaque id of the end user, at most 512 bytes, that separates caches and scheduling. No personal data.</summary>
    public string? UserId { get; init; }

    /// <summary>OpenAI, deprecated: the end user. See <see cref="SafetyIdentifier"/> and <see cref="PromptCacheKey"/>.</summary>
    public string? User { get; init; }

    /// <summary>OpenAI: an opaque id of the end user for its abuse checks, at most 64 characters.</summary>
    public string? SafetyIdentifier { get; init; }

    /// <summary>OpenAI: keeps similar prompts on one cache.</summary>
    public string? PromptCacheKey { get; init; }

    /// <summary>OpenAI: how the prompt cache is used.</summary>
    public JsonElement? PromptCacheOptions { get; init; }

    /// <summary>OpenAI: number of choices, 1–128, default 1.</summary>
    public int? N { get; init; }

    /// <summary>OpenAI, deprecated: a best-effort seed.</summary>
    public long? Seed { get; init; }

    /// <summary>OpenAI: bias by token id, −100 to 100.</summary>
    public IReadOnlyDictionary<string, double>? LogitBias { get; init; }

    /// <summary>OpenAI: <c>low</c>, <c>medium</c> or <c>high</c>.</summary>
    public string? Verbosity { get; init; }

    /// <summary>OpenAI: <c>auto</c>, <c>default</c>, <c>flex</c>, <c>scale</c>, <c>priority</c>, <c>fast</c>.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>OpenAI: whether to keep the completion for later retrieval; default false.</summary>
    public bool? Store { get; init; }

    /// <summary>OpenAI: up to 16 pairs, keys up to 64 characters, values up to 512.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>OpenAI: <c>text</c>, <c>audio</c>.</summary>
    public IReadOnlyList<string>? Modalities { get; init; }

    /// <summary>OpenAI: voice and format of audio to produce.</summary>
    public JsonElement? Audio { get; init; }

    /// <summary>OpenAI: text that the answer is expected to repeat.</summary>
    public JsonElement? Prediction { get; init; }

    /// <summary>OpenAI: web search settings.</summary>
    public JsonElement? WebSearchOptions { get; init; }

    /// <summary>OpenAI: moderation settings.</summary>
    public JsonElement? Moderation { get; init; }

    /// <summary>OpenAI, deprecated: see <see cref="Tools"/>.</summary>
    public IReadOnlyList<FunctionDefinition>? Functions { get; init; }

    /// <summary>OpenAI, deprecated: see <see cref="ToolChoice"/>.</summary>
    public JsonElement? FunctionCall { get; init; }
}

/// <summary>DeepSeek's switch for thinking. Source: https://api-docs.deepseek.com/guides/thinking_mode.</summary>
public sealed record Thinking : WireObject
{
    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Anthropic dialect: most tokens to think; DeepSeek ignores it.</summary>
    public int? BudgetTokens { get; init; }

    /// <summary>Thinking on.</summary>
    public static Thinking Enabled => new() { Type = "enabled" };

    /// <summary>Thinking off.</summary>
    public static Thinking Disabled => new() { Type = "disabled" };
}

/// <summary>What a stream carries besides the answer.</summary>
public sealed record StreamOptions : WireObject
{
    /// <summary>OpenAI sends one more chunk with <c>choices:[]</c> and the usage; DeepSeek sends usage on the last chunk in any case.</summary>
    public bool? IncludeUsage { get; init; }

    /// <summary>OpenAI: padding of random length in each chunk; default true.</summary>
    public bool? IncludeObfuscation { get; init; }
}

/// <summary>Form of the answer.</summary>
public sealed record ResponseFormat : WireObject
{
    /// <summary><c>text</c>, <c>json_object</c>, or (OpenAI) <c>json_schema</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The schema, where <see cref="Type"/> is <c>json_schema</c>.</summary>
    public JsonSchemaFormat? JsonSchema { get; init; }

    /// <summary>Plain text.</summary>
    public static ResponseFormat Text => new() { Type = "text" };

    /// <summary>Any JSON object. The prompt must itself ask for JSON. Source: https://api-docs.deepseek.com/guides/json_mode.</summary>
    public static ResponseFormat JsonObject => new() { Type = "json_object" };
}

/// <summary>A schema that the answer keeps to (OpenAI).</summary>
public sealed record JsonSchemaFormat : WireObject
{
    /// <summary>At most 64 characters of <c>[A-Za-z0-9_-]</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What the model is told the schema is for.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON Schema.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>Whether the schema is enforced exactly.</summary>
    public bool? Strict { get; init; }
}
