using System.Text;
using System.Text.Json;

namespace Sluice.Server.Storage;

/// <summary>Lists of text as the columns hold them: a JSON array of strings.</summary>
public static class TextList
{
    /// <exception cref="FormatException">It is anything but a JSON array of strings.</exception>
    public static IReadOnlyList<string> Parse(string json)
    {
        if (json == "[]") return [];
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            var list = new List<string>();
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) throw new FormatException("A list does not begin with '['.");
            while (reader.Read() && reader.TokenType == JsonTokenType.String) list.Add(reader.GetString()!);
            if (reader.TokenType != JsonTokenType.EndArray || reader.Read()) throw new FormatException("A list holds something other than texts.");
            return list;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("A list is not valid JSON.", e);
        }
    }

    public static string Format(IEnumerable<string> items)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            foreach (var item in items) writer.WriteStringValue(item);
            writer.WriteEndArray();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
