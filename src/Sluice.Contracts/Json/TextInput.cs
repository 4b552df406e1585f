using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Contracts.Json;

/// <summary>
/// What a completion continues or an embedding embeds: one text, several texts, one list of token ids, or several such lists.
/// Exactly one of the four is set.
/// </summary>
[JsonConverter(typeof(TextInputConverter))]
public sealed class TextInput
{
    /// <summary>One text.</summary>
    public TextInput(string text) => Text = text ?? throw new ArgumentNullException(nameof(text));

    /// <summary>Several texts, answered by index.</summary>
    public TextInput(IReadOnlyList<string> texts) => Texts = texts ?? throw new ArgumentNullException(nameof(texts));

    /// <summary>One text as token ids.</summary>
    public TextInput(IReadOnlyList<int> tokens) => Tokens = tokens ?? throw new ArgumentNullException(nameof(tokens));

    /// <summary>Several texts as token ids.</summary>
    public TextInput(IReadOnlyList<IReadOnlyList<int>> tokenLists) => TokenLists = tokenLists ?? throw new ArgumentNullException(nameof(tokenLists));

    /// <summary>The one text, or <see langword="null"/>.</summary>
    public string? Text { get; }

    /// <summary>The texts, or <see langword="null"/>.</summary>
    public IReadOnlyList<string>? Texts { get; }

    /// <summary>The token ids of one text, or <see langword="null"/>.</summary>
    public IReadOnlyList<int>? Tokens { get; }

    /// <summary>The token ids of several texts, or <see langword="null"/>.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? TokenLists { get; }

    /// <summary>How many inputs there are, and so how many answers to expect.</summary>
    public int Count => Texts?.Count ?? TokenLists?.Count ?? 1;

    /// <summary>One text.</summary>
    public static implicit operator TextInput(string text) => new(text);

    /// <summary>Several texts.</summary>
    public static implicit operator TextInput(string[] texts) => new(texts);
}

internal sealed class TextInputConverter : JsonConverter<TextInput>
{
    private const string Expected = "Expected a string, an array of strings, an array of token ids, or an array of arrays of token ids.";

    public override TextInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return new TextInput(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException(Expected);
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.EndArray:
                return new TextInput(Array.Empty<string>());
            case JsonTokenType.String:
                var texts = new List<string>();
                for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
                    texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException(Expected));
                return new TextInput(texts);
            case JsonTokenType.Number:
                return new TextInput(ReadTokens(ref reader));
            case JsonTokenType.StartArray:
                var lists = new List<IReadOnlyList<int>>();
                for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
                {
                    if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException(Expected);
                    reader.Read();
                    lists.Add(ReadTokens(ref reader));
                }

                return new TextInput(lists);
            default:
                throw new JsonException(Expected);
        }
    }

    private static List<int> ReadTokens(ref Utf8JsonReader reader)
    {
        var tokens = new List<int>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
            tokens.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var token) ? token : throw new JsonException(Expected));
        return tokens;
    }

    public override void Write(Utf8JsonWriter writer, TextInput value, JsonSerializerOptions options)
    {
        if (value.Text is { } text)
        {
            writer.WriteStringValue(text);
            return;
        }

        if (value.Tokens is { } tokens)
        {
            WriteTokens(writer, tokens);
            return;
        }

        writer.WriteStartArray();
        foreach (var one in value.Texts ?? []) writer.WriteStringValue(one);
        foreach (var list in value.TokenLists ?? []) WriteTokens(writer, list);
        writer.WriteEndArray();
    }

    private static void WriteTokens(Utf8JsonWriter writer, IReadOnlyList<int> tokens)
    {
        writer.WriteStartArray();
        foreach (var token in tokens) writer.WriteNumberValue(token);
        writer.WriteEndArray();
    }
}
