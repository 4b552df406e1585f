using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Gateway.Streaming;

/// <summary>Writes a refusal as OpenAI's error object; the members <c>request_id</c> and <c>remedy</c> are ours.</summary>
public static class OpenAIErrors
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(IBufferWriter<byte> output, Refusal refusal, string requestId)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, refusal.Message);
        json.WriteString("type"u8, refusal.Error.Type);
        if (refusal.Param is null) json.WriteNull("param"u8);
        else json.WriteString("param"u8, refusal.Param);
        json.WriteString("code"u8, refusal.Error.Code);
        json.WriteString("request_id"u8, requestId);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
