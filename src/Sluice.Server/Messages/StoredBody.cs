using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Server.Messages;

/// <summary>The body of a message as the outbox keeps it under seal. A body that is not of this form is plain text.</summary>
internal sealed record StoredBody(string Text)
{
    /// <summary>For SMS providers that fill a template of their own.</summary>
    public string? Code { get; init; }
    public long? UsefulForSeconds { get; init; }

    public string Write() => JsonSerializer.Serialize(this, StoredBodyJson.Compact.StoredBody);

    public static StoredBody Read(string body)
    {
        if (!body.StartsWith("{\"text\":", StringComparison.Ordinal)) return new StoredBody(body);
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
