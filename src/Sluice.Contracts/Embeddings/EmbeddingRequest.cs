using Sluice.Contracts.Json;

namespace Sluice.Contracts.Embeddings;

/// <summary>
/// Body of <c>POST /v1/embeddings</c>. A member left <see langword="null"/> is not sent. Source: https://github.com/openai/openai-openapi.
/// </summary>
public sealed record EmbeddingRequest : WireObject
{
    /// <summary>Model name.</summary>
    public required string Model { get; init; }

    /// <summary>One to 2048 texts or lists of token ids, none empty.</summary>
    public required TextInput Input { get; init; }

    /// <summary><c>float</c> (the default) or <c>base64</c>, which official libraries ask for on their own.</summary>
    public string? EncodingFormat { get; init; }

    /// <summary>Length of the vectors, at least 1, where the model can shorten them.</summary>
    public int? Dimensions { get; init; }

    /// <summary>The end user.</summary>
    public string? User { get; init; }
}
