using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sluice.Contracts.Sse;

/// <summary>
/// Writes server-sent events as the OpenAI and DeepSeek streams have them: <c>data: …</c> and a blank line, LF only.
/// </summary>
public static class SseWriter
{
    /// <summary>The end marker, exactly as official libraries look for it.</summary>
    public static ReadOnlySpan<byte> Done => "data: [DONE]\n\n"u8;

    /// <summary>DeepSeek's comment while a call is queued. Source: https://api-docs.deepseek.com/quick_start/rate_limit.</summary>
    public static ReadOnlySpan<byte> KeepAlive => ": keep-alive\n\n"u8;

    /// <summary>Writes one event without a name. Data of several lines is written as several <c>data:</c> lines.</summary>
    public static void WriteData(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(output);
        WriteLines(output, "data: "u8, data);
        output.Write("\n"u8);
    }

    /// <summary>Writes one event with a name, and an id where it is not empty.</summary>
    /// <exception cref="ArgumentException">Name or id hold a line end, or the id holds NUL: they would end the line or be ignored.</exception>
    public static void WriteEvent(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> id = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (name.ContainsAny((byte)'\n', (byte)'\r')) throw new ArgumentException("An event's name must not hold line ends.", nameof(name));
        if (id.ContainsAny((byte)'\n', (byte)'\r', (byte)0)) throw new ArgumentException("An event's id must not hold line ends or NUL.", nameof(id));
        if (!name.IsEmpty) WriteLines(output, "event: "u8, name);
        if (!id.IsEmpty) WriteLines(output, "id: "u8, id);
        WriteData(output, data);
    }

    /// <summary>Writes a record as the data of one event without a name.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="json">Kept by the caller and used for event after event; its output is set here. It must not indent.</param>
    /// <param name="value">The record.</param>
    /// <param name="typeInfo">From <see cref="Json.SluiceJson"/>.</param>
    public static void WriteJson<T>(IBufferWriter<byte> output, Utf8JsonWriter json, T value, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(json);
        output.Write("data: "u8);
        json.Reset(output);
        JsonSerializer.Serialize(json, value, typeInfo);
        json.Flush();
        output.Write("\n\n"u8);
    }

    /// <summary>Writes a comment, which readers pass over, and a blank line.</summary>
    public static void WriteComment(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        ArgumentNullException.ThrowIfNull(output);
        WriteLines(output, ": "u8, text);
        output.Write("\n"u8);
    }

    /// <summary>Writes the end marker.</summary>
    public static void WriteDone(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Done);
    }

    private static void WriteLines(IBufferWriter<byte> output, ReadOnlySpan<byte> field, ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var end = text.IndexOfAny((byte)'\n', (byte)'\r');
            output.Write(field);
            output.Write(end < 0 ? text : text[..end]);
            output.Write("\n"u8);
            if (end < 0) return;
            var crLf = text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n';
            text = text[(end + (crLf ? 2 : 1))..];
        }
    }
}
