using System.Buffers.Text;
using System.Text;

namespace Sluice.Bench.Load;

/// <summary>Enough of HTTP/1.1 to tell where an answer ends. One request is under way on a connection, so bytes after the end cannot be.</summary>
internal static class HttpReply
{
    /// <summary>The status of a whole answer at the start of <paramref name="bytes"/>, or 0 when more is to come.</summary>
    internal static int WholeStatus(ReadOnlySpan<byte> bytes)
    {
        var headEnd = bytes.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0) return 0;
        var head = bytes[..(headEnd + 2)];
        var length = -1;
        for (var lineEnd = head.IndexOf("\r\n"u8); lineEnd >= 0; lineEnd = head.IndexOf("\r\n"u8))
        {
            var line = head[..lineEnd];
            head = head[(lineEnd + 2)..];
            if (line.Length < 16 || line[14] != (byte)':' || !Ascii.EqualsIgnoreCase(line[..14], "content-length"u8)) continue;
            if (Utf8Parser.TryParse(line[15..].TrimStart((byte)' '), out int value, out _)) length = value;
        }

        var whole = length >= 0 ? bytes.Length >= headEnd + 4 + length : bytes.EndsWith("\r\n0\r\n\r\n"u8);
        return whole ? Status(bytes) : 0;
    }

    internal static int Status(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 12 && bytes.StartsWith("HTTP/1."u8) && Utf8Parser.TryParse(bytes.Slice(9, 3), out int status, out _) ? status : 0;
}
