using System.Text.Json.Serialization;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Completions;

/// <summary>
/// The answer of a text completion, whole or one event of its stream: both have the same form.
/// Source: https://api-docs.deepseek.com/api/create-completion.
/// </summary>
public sealed record Completion : WireObject
{
    /// <summary>Value of <see cref="Object"/>.</summary>
    public const string ObjectName = "text_completion";

    /// <summary>A bare UUID from DeepSeek, <c>cmpl-…</c> from OpenAI.</summary>
    public string? Id { get; init; }

    /// <summary><c>text_completion</c>.</summary>
    public string? Object { get; init; }

    /// <summary>Unix time in seconds.</summary>
    public long? Created { get; init; }

    /// <summary>The model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>The answers; empty on a chunk that only carries usage, and never <see langword="null"/>.</summary>
    [JsonIgnore]
    public IReadOnlyList<CompletionChoice> Choices { get => ChoicesMember.Value ?? []; init => ChoicesMember = new(value); }

    [JsonInclude, JsonPropertyName("choices"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<IReadOnlyList<CompletionChoice>?> ChoicesMember { get; init; }

    /// <summary>What it used. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public TokenUsage? Usage { get => UsageMember.Value; init => UsageMember = value; }

    [JsonInclude, JsonPropertyName("usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<TokenUsage?> UsageMember { get; init; }

    /// <summary>Identifies the backend's build. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public string? SystemFingerprint { get => SystemFingerprintMember.Value; init => SystemFingerprintMember = value; }

    [JsonInclude, JsonPropertyName("system_fingerprint"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<string?> SystemFingerprintMember { get; init; }

    /// <summary>Set where the event is an error in the middle of a stream.</summary>
    public ErrorObject? Error { get; init; }
}

/// <summary>One answer of several.</summary>
public sealed record CompletionChoice : WireObject
{
    /// <summary>The text, or more of it in a stream.</summary>
    public string? Text { get; init; }

    /// <summary>From 0.</summary>
    public int Index { get; init; }

    /// <summary>Log probabilities where asked for. Always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public CompletionLogprobs? Logprobs { get; init; }

    /// <summary>Why it ended; see <see cref="FinishReasons"/>. Always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FinishReason { get; init; }
}

/// <summary>Log probabilities as parallel lists, one entry a token.</summary>
public sealed record CompletionLogprobs : WireObject
{
    /// <summary>Where each token begins, in characters.</summary>
    public IReadOnlyList<int>? TextOffset { get; init; }

    /// <summary>Natural logarithms; <see langword="null"/> for the first token of an echoed prompt.</summary>
    public IReadOnlyList<double?>? TokenLogprobs { get; init; }

    /// <summary>The tokens as text.</summary>
    public IReadOnlyList<string>? Tokens { get; init; }

    /// <summary>The most likely tokens at each place.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>?>? TopLogprobs { get; init; }
}
