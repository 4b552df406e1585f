using Sluice.Contracts.Chat;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Completions;

/// <summary>
/// Body of <c>POST /v1/completions</c> and, for fill-in-the-middle, of DeepSeek's <c>POST /beta/completions</c>. A member left <see langword="null"/> is not sent.
/// Sources: https://api-docs.deepseek.com/api/create-completion, https://github.com/openai/openai-openapi.
/// </summary>
public sealed record CompletionRequest : WireObject
{
    /// <summary>Model name.</summary>
    public required string Model { get; init; }

    /// <summary>The text to continue. DeepSeek takes one string; OpenAI also several strings, or token ids.</summary>
    public required TextInput Prompt { get; init; }

    /// <summary>The text after the gap.</summary>
    public string? Suffix { get; init; }

    /// <summary>Whether to repeat the prompt; not together with <see cref="Suffix"/> or <see cref="Logprobs"/> on DeepSeek.</summary>
    public bool? Echo { get; init; }

    /// <summary>Alternatives per token: up to 20 on DeepSeek, 5 on OpenAI.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Most tokens to produce; 16 on OpenAI where left out.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts at which to stop.</summary>
    public StopSequences? Stop { get; init; }

    /// <summary>Whether to answer as a stream of server-sent events.</summary>
    public bool? Stream { get; init; }

    /// <summary>Only together with <see cref="Stream"/>.</summary>
    public StreamOptions? StreamOptions { get; init; }

    /// <summary>0–2, default 1.</summary>
    public double? Temperature { get; init; }

    /// <summary>Above 0 up to 1, default 1.</summary>
    public double? TopP { get; init; }

    /// <summary>−2 to 2. DeepSeek accepts and ignores it.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>−2 to 2. DeepSeek accepts and ignores it.</summary>
    public double? PresencePenalty { get; init; }

    /// <summary>OpenAI: number of choices per prompt, 1–128.</summary>
    public int? N { get; init; }

    /// <summary>OpenAI: how many to produce to choose from, 0–20.</summary>
    public int? BestOf { get; init; }

    /// <summary>OpenAI: bias by token id, −100 to 100.</summary>
    public IReadOnlyDictionary<string, double>? LogitBias { get; init; }

    /// <summary>OpenAI: a best-effort seed.</summary>
    public long? Seed { get; init; }

    /// <summary>OpenAI: the end user.</summary>
    public string? User { get; init; }
}
