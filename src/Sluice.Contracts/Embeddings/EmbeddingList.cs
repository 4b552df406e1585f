using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Embeddings;

/// <summary>The answer of <c>POST /v1/embeddings</c>. Source: https://github.com/openai/openai-openapi.</summary>
public sealed record EmbeddingList : WireObject
{
    /// <summary><c>list</c>.</summary>
    public string? Object { get; init; }

    /// <summary>One entry for each input.</summary>
    public IReadOnlyList<Embedding> Data { get; init => field = value ?? []; } = [];

    /// <summary>The model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>What it used.</summary>
    public EmbeddingUsage? Usage { get; init; }
}

/// <summary>The vector of one input.</summary>
public sealed record Embedding : WireObject
{
    /// <summary><c>embedding</c>.</summary>
    public string? Object { get; init; }

    /// <summary>Which input, from 0.</summary>
    public int Index { get; init; }

    /// <summary>The vector.</summary>
    [JsonPropertyName("embedding")]
    public required EmbeddingVector Vector { get; init; }
}

/// <summary>Tokens used by embeddings.</summary>
public sealed record EmbeddingUsage : WireObject
{
    /// <summary>Tokens of all inputs.</summary>
    public long PromptTokens { get; init; }

    /// <summary>The same: nothing is produced.</summary>
    public long TotalTokens { get; init; }
}

/// <summary>A vector; on the wire an array of numbers, or base64 of little-endian 32-bit floats.</summary>
[JsonConverter(typeof(EmbeddingVectorConverter))]
public sealed class EmbeddingVector(ReadOnlyMemory<float> values, bool asBase64 = false)
{
    /// <summary>The numbers.</summary>
    public ReadOnlyMemory<float> Values { get; } = values;

    /// <summary>Whether it is written as base64.</summary>
    public bool AsBase64 { get; } = asBase64;
}

internal sealed class EmbeddingVectorConverter : JsonConverter<EmbeddingVector>
{
    public override EmbeddingVector Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            if (!reader.TryGetBytesFromBase64(out var bytes) || bytes.Length % sizeof(float) != 0)
                throw new JsonException("Expected base64 of 32-bit floats.");
            var decoded = new float[bytes.Length / sizeof(float)];
            for (var i = 0; i < decoded.Length; i++) decoded[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
            return new EmbeddingVector(decoded, asBase64: true);
        }

        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("Expected an array of numbers or a base64 string.");
        var values = new List<float>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            values.Add(reader.TokenType == JsonTokenType.Number ? reader.GetSingle() : throw new JsonException("Expected a number."));
        return new EmbeddingVector(values.ToArray());
    }

    public override void Write(Utf8JsonWriter writer, EmbeddingVector value, JsonSerializerOptions options)
    {
        var values = value.Values.Span;
        if (value.AsBase64)
        {
            var bytes = new byte[values.Length * sizeof(float)];
            for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
            writer.WriteBase64StringValue(bytes);
            return;
        }

        writer.WriteStartArray();
        foreach (var one in values) writer.WriteNumberValue(one);
        writer.WriteEndArray();
    }
}
