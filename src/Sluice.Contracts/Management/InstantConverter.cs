using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>
/// Instants as RFC 3339: written in UTC with milliseconds and <c>Z</c>; read only with an explicit offset, because text without one would be taken
/// as the local time of whichever machine reads it.
/// </summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    private const string Expected = "Expected an RFC 3339 instant with an offset, such as 2026-01-31T12:00:00Z.";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException(Expected);
        var text = reader.GetString()!;
        return HasOffset(text) && reader.TryGetDateTimeOffset(out var instant) ? instant.ToUniversalTime() : throw new JsonException(Expected);
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }

    private static bool HasOffset(string text)
        => text.Length > 10 && text.Contains('T', StringComparison.Ordinal) && (text[^1] == 'Z' || text.AsSpan(10).ContainsAny('+', '-'));
}
