using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Sluice.Bench.Upstream;

/// <summary>The bytes of the stand-in's answers, built once.</summary>
internal static class BenchAnswers
{
    /// <summary>Stands before the send time in every timed chunk. The reader of the stream subtracts it from its own clock.</summary>
    internal static ReadOnlySpan<byte> StampMarker => "\"content\":\"@"u8;

    internal const int StampDigits = 19;

    private const int ChunkBytes = 200;

    internal static readonly byte[] StreamHead = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");

    internal static readonly byte[] StreamEnd = Encoding.ASCII.GetBytes(
        Framed("""data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1767225600,"model":"bench-model","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n")
        + Framed("""data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1767225600,"model":"bench-model","choices":[],"usage":{"prompt_tokens":48,"completion_tokens":64,"total_tokens":112}}""" + "\n\n")
        + Framed("data: [DONE]\n\n")
        + "0\r\n\r\n");

    internal static readonly byte[] Models = Json(200, """{"object":"list","data":[{"id":"bench-model","object":"model","created":1767225600,"owned_by":"bench"}]}""");

    internal static readonly byte[] LengthRequired = Json(411, """{"error":{"message":"The stand-in reads bodies with Content-Length only.","type":"invalid_request_error","param":null,"code":null}}""");

    /// <summary>One framed event of 200 bytes, with room for the send time at <see cref="StampOffset"/>.</summary>
    internal static readonly byte[] Chunk = BuildChunk();

    internal static readonly int StampOffset = Chunk.AsSpan().IndexOf(StampMarker) + StampMarker.Length;

    /// <summary>A whole JSON answer whose body is exactly <paramref name="bodyBytes"/> long (at least 300).</summary>
    internal static byte[] ChatCompletion(int bodyBytes)
    {
        const string head = """{"id":"chatcmpl-bench","object":"chat.completion","created":1767225600,"model":"bench-model","choices":[{"index":0,"message":{"role":"assistant","content":" """;
        const string tail = """ "},"finish_reason":"stop"}],"usage":{"prompt_tokens":48,"completion_tokens":200,"total_tokens":248}}""";
        return Json(200, head + Filler(bodyBytes - head.Length - tail.Length) + tail);
    }

    internal static void Stamp(Span<byte> chunk, long ns) =>
        Utf8Formatter.TryFormat(ns, chunk.Slice(StampOffset, StampDigits), out _, new System.Buffers.StandardFormat('D', StampDigits));

    private static byte[] BuildChunk()
    {
        const string head = """data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1767225600,"model":"bench-model","choices":[{"index":0,"delta":{"content":"@""";
        const string tail = """ "},"finish_reason":null}]}""" + "\n\n";
        return Encoding.ASCII.GetBytes(Framed(head + new string('0', StampDigits) + Filler(Math.Max(0, ChunkBytes - head.Length - StampDigits - tail.Length)) + tail));
    }

    private static string Framed(string data) => string.Create(CultureInfo.InvariantCulture, $"{data.Length:x}\r\n{data}\r\n");

    private static string Filler(int length)
    {
        const string words = "Water finds its level and a gate decides when it may pass. ";
        var text = new StringBuilder(length + words.Length);
        while (text.Length < length) text.Append(words);
        return text.ToString(0, length);
    }

    private static byte[] Json(int status, string body) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status} {(status == 200 ? "OK" : "Length Required")}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
}
