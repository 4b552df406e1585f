using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts;

/// <summary>
/// What a chat or text completion used, in tokens. DeepSeek sends the cache split at the top level and again as
/// <c>prompt_tokens_details.cached_tokens</c>; OpenAI sends only the details.
/// Source: https://api-docs.deepseek.com/api/create-chat-completion.
/// </summary>
public sealed record TokenUsage : WireObject
{
    /// <summary>Tokens of the prompt, cached ones included.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens produced, reasoning included.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>Prompt and completion together.</summary>
    public long TotalTokens { get; init; }

    /// <summary>How the prompt's tokens divide.</summary>
    public PromptTokensDetails? PromptTokensDetails { get; init; }

    /// <summary>How the completion's tokens divide; DeepSeek leaves it out when not thinking.</summary>
    public CompletionTokensDetails? CompletionTokensDetails { get; init; }

    /// <summary>DeepSeek: prompt tokens found in its cache.</summary>
    public long? PromptCacheHitTokens { get; init; }

    /// <summary>DeepSeek: prompt tokens not found in its cache; hit and miss make up the prompt.</summary>
    public long? PromptCacheMissTokens { get; init; }

    /// <summary>Prompt tokens the upstream had cached, however it says so; 0 where it does not.</summary>
    [JsonIgnore]
    public long CachedTokens => PromptCacheHitTokens ?? PromptTokensDetails?.CachedTokens ?? 0;

    /// <summary>The part of <see cref="CompletionTokens"/> spent on reasoning; 0 where it is not said.</summary>
    [JsonIgnore]
    public long ReasoningTokens => CompletionTokensDetails?.ReasoningTokens ?? 0;
}

/// <summary>How a prompt's tokens divide. Members the vendor does not report are <see langword="null"/>.</summary>
public sealed record PromptTokensDetails : WireObject
{
    /// <summary>Found in the vendor's cache.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>Audio in the prompt.</summary>
    public long? AudioTokens { get; init; }

    /// <summary>Text in the prompt.</summary>
    public long? TextTokens { get; init; }

    /// <summary>Images in the prompt.</summary>
    public long? ImageTokens { get; init; }

    /// <summary>Written to the vendor's cache.</summary>
    public long? CacheWriteTokens { get; init; }
}

/// <summary>How a completion's tokens divide. Members the vendor does not report are <see langword="null"/>.</summary>
public sealed record CompletionTokensDetails : WireObject
{
    /// <summary>Spent on reasoning.</summary>
    public long? ReasoningTokens { get; init; }

    /// <summary>Audio produced.</summary>
    public long? AudioTokens { get; init; }

    /// <summary>Text produced.</summary>
    public long? TextTokens { get; init; }

    /// <summary>Predicted by the caller and taken.</summary>
    public long? AcceptedPredictionTokens { get; init; }

    /// <summary>Predicted by the caller and not taken, but billed.</summary>
    public long? RejectedPredictionTokens { get; init; }
}
