using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Sluice.Server.Messages;

/// <summary>The body of a message as the outbox keeps it under seal. A body that is not of this form is plain text.</summary>
internal sealed partial record StoredBody(string Text)
{
    /// <summary>For SMS providers that fill a template of their own.</summary>
    public string? Code { get; init; }
    public long? UsefulForSeconds { get; init; }

    public string Write() => JsonSerializer.Serialize(this, StoredBodyJson.Compact.StoredBody);

    public static StoredBody Read(string body)
    {
        // A text written without a form of its own says its code in words: it is the one run of six digits in it.
        if (!body.StartsWith("{\"text\":", StringComparison.Ordinal)) return new StoredBody(body) { Code = SixDigits().Matches(body) is [var only] ? only.Value : null };
        try
        {
            return JsonSerializer.Deserialize(body, StoredBodyJson.Compact.StoredBody) ?? new StoredBody(body);
        }
        catch (JsonException)
        {
            return new StoredBody(body);
        }
    }

    public override string ToString() => "***";

    [GeneratedRegex("(?<![0-9])[0-9]{6}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex SixDigits();
}

[JsonSerializable(typeof(StoredBody))]
internal sealed partial class StoredBodyJson : JsonSerializerContext
{
    /// <summary>Chinese as it is: escaped, it would take twice the room.</summary>
    public static readonly StoredBodyJson Compact = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });
}
