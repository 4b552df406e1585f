namespace Sluice.Gateway.Streaming;

/// <summary>
/// Cuts a stream's bytes into events where they lie. Nothing is copied: an event is a range of the buffer, its data another within it.
/// LF, CRLF and CR end a line; an empty line ends an event.
/// </summary>
internal static class SseSplitter
{
    /// <summary>
    /// The length of the first complete event at the start of <paramref name="buffer"/>, its ending empty line included; 0 if it is not complete.
    /// </summary>
    /// <param name="buffer">Starts at an event's start.</param>
    /// <param name="from">How much was searched before without finding an end; updated.</param>
    public static int NextEvent(ReadOnlySpan<byte> buffer, ref int from)
    {
        // A line end directly behind another (or at the very start) is an empty line.
        var at = from;
        while (true)
        {
            var found = buffer[at..].IndexOfAny((byte)'\n', (byte)'\r');
            if (found < 0)
            {
                from = buffer.Length;
                return 0;
            }

            var end = at + found;
            var next = end + 1;
            if (buffer[end] == '\r')
            {
                // Whether this is CRLF shows only with the next byte; an event whose last byte is CR is taken as ended, a following LF is an empty line of its own.
                if (next < buffer.Length && buffer[next] == '\n') next++;
            }

            if (end == 0) return next;
            if (next >= buffer.Length)
            {
                from = end;
                return 0;
            }

            if (buffer[next] == '\n') return next + 1;
            if (buffer[next] == '\r') return next + 1 < buffer.Length && buffer[next + 1] == '\n' ? next + 2 : next + 1;
            at = next;
            from = next;
        }
    }

    /// <summary>Finds the data of an event. A single data line (the normal case) is a range of <paramref name="sse"/>; several are joined into <paramref name="joined"/>.</summary>
    /// <returns>False if there is no data field.</returns>
    public static bool TryGetData(ReadOnlySpan<byte> sse, out int start, out int length, out byte[]? joined)
    {
        (start, length, joined) = (0, 0, null);
        var lines = 0;
        var at = 0;
        while (at < sse.Length)
        {
            var rest = sse[at..];
            var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0) end = rest.Length;
            var line = rest[..end];
            if (line.StartsWith("data"u8) && (line.Length == 4 || line[4] == ':'))
            {
                var skip = line.Length == 4 ? 4 : line.Length > 5 && line[5] == ' ' ? 6 : 5;
                if (lines++ == 0)
                {
                    (start, length) = (at + skip, line.Length - skip);
                }
                else
                {
                    // Rare: nobody sends JSON over several lines, but the format allows it.
                    var before = joined ?? sse.Slice(start, length).ToArray();
                    joined = [.. before, (byte)'\n', .. line[skip..]];
                }
            }

            at += end + 1;
        }

        return lines > 0;
    }
}
