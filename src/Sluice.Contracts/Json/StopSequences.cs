using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Contracts.Json;

/// <summary>
/// Texts at which generation ends; on the wire one string or an array. DeepSeek takes up to 16, OpenAI up to 4.
/// Source: https://api-docs.deepseek.com/api/create-chat-completion.
/// </summary>
[JsonConverter(typeof(StopSequencesConverter))]
public sealed class StopSequences
{
    /// <summary>One text, written as a string.</summary>
    public StopSequences(string one)
    {
        ArgumentNullException.ThrowIfNull(one);
        Items = [one];
        IsSingle = true;
    }

    /// <summary>Several texts, written as an array.</summary>
    public StopSequences(IReadOnlyList<string> items) => Items = items ?? throw new ArgumentNullException(nameof(items));

    /// <summary>The texts.</summary>
    public IReadOnlyList<string> Items { get; }

    /// <summary>Whether it is written as a plain string.</summary>
    public bool IsSingle { get; }

    /// <summary>One text.</summary>
    public static implicit operator StopSequences(string one) => new(one);

    /// <summary>Several texts.</summary>
    public static implicit operator StopSequences(string[] items) => new(items);
}

internal sealed class StopSequencesConverter : JsonConverter<StopSequences>
{
    private const string Expected = "Expected a string or an array of strings.";

    public override StopSequences Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return new StopSequences(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException(Expected);
        var items = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException(Expected));
        return new StopSequences(items);
    }

    public override void Write(Utf8JsonWriter writer, StopSequences value, JsonSerializerOptions options)
    {
        if (value.IsSingle)
        {
            writer.WriteStringValue(value.Items[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (var item in value.Items) writer.WriteStringValue(item);
        writer.WriteEndArray();
    }
}
