using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Contracts.Balance;
using Sluice.Contracts.Chat;
using Sluice.Contracts.Completions;
using Sluice.Contracts.Embeddings;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Images;
using Sluice.Contracts.Models;

namespace Sluice.Contracts.Json;

/// <summary>
/// Source-generated JSON for the OpenAI/DeepSeek wire records: snake case, absent where <see langword="null"/> unless a member says otherwise,
/// unknown members kept.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(OptionalConverter<string>),
        typeof(OptionalConverter<ChatContent>),
        typeof(OptionalConverter<ChatLogprobs>),
        typeof(OptionalConverter<TokenUsage>),
        typeof(OptionalConverter<IReadOnlyList<TokenLogprob>>),
        typeof(OptionalConverter<IReadOnlyList<ChatChunkChoice>>),
        typeof(OptionalConverter<IReadOnlyList<CompletionChoice>>),
    ])]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(ChatCompletionRequest))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatCompletionChunk))]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(Completion))]
[JsonSerializable(typeof(EmbeddingRequest))]
[JsonSerializable(typeof(EmbeddingList))]
[JsonSerializable(typeof(ImageRequest))]
[JsonSerializable(typeof(ImageList))]
[JsonSerializable(typeof(ImageStreamEvent))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelInfo))]
[JsonSerializable(typeof(UserBalance))]
// What the converters look up by themselves.
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ContentPart))]
[JsonSerializable(typeof(NamedToolChoice))]
[JsonSerializable(typeof(ChatContent))]
[JsonSerializable(typeof(ChatLogprobs))]
[JsonSerializable(typeof(TokenUsage))]
[JsonSerializable(typeof(IReadOnlyList<TokenLogprob>))]
[JsonSerializable(typeof(IReadOnlyList<ChatChunkChoice>))]
[JsonSerializable(typeof(IReadOnlyList<CompletionChoice>))]
public sealed partial class SluiceJson : JsonSerializerContext
{
    /// <summary>
    /// As <see cref="Default"/>, but text beyond ASCII is written as itself and not as <c>\uXXXX</c>, as the vendors do: smaller, and readable in logs.
    /// The output is for JSON readers, not for pasting into HTML.
    /// </summary>
    public static SluiceJson Wire => field ??= new(new JsonSerializerOptions(Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
