using System.Buffers;
using System.Text;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Reads the head of an answer line by line as the bytes arrive, strictly: what two readers could take for two different things is refused.
/// One value reads one head; <see cref="Advance"/> is given all bytes of that head so far, each time.
/// </summary>
internal struct Http1HeadParser
{
    private static readonly SearchValues<byte> NotInToken = SearchValues.Create(NotTokenBytes());
    private static readonly SearchValues<byte> Controls = SearchValues.Create(ControlBytes());

    private int _searched;
    private int _headers;
    private bool _transferEncoding;
    private bool _http10;
    private bool _close;

    public int Status { get; private set; }
    /// <summary>-1 where not announced.</summary>
    public long ContentLength { get; private set; }
    public string? ContentType { get; private set; }
    public string? RetryAfter { get; private set; }
    public string? RequestId { get; private set; }
    /// <summary>How long the upstream says that it keeps an idle connection, in seconds; -1 where it does not say.</summary>
    public int KeepAliveSeconds { get; private set; }
    /// <summary>Bytes of the head that were read as whole lines; all of it once <see cref="Advance"/> returned true.</summary>
    public int Consumed { get; private set; }
    /// <summary>Whether the connection may serve another call after this answer, as far as its head goes.</summary>
    public bool KeepAlive { get; private set; }

    public static Http1HeadParser Start() => new() { ContentLength = -1, KeepAliveSeconds = -1 };

    /// <summary>Returns true when the head is complete. Throws <see cref="UpstreamException"/> (Protocol or TooLarge).</summary>
    public bool Advance(ReadOnlySpan<byte> received)
    {
        while (true)
        {
            var lf = received[_searched..].IndexOf((byte)'\n');
            if (lf < 0)
            {
                _searched = received.Length;
                // A peer that speaks something else may never send a line feed.
                if (Status == 0) RequirePrefix(received);
                return false;
            }
            lf += _searched;
            if (lf == Consumed || received[lf - 1] != '\r') throw Broken("a line of the head does not end in CR LF");
            var line = received[Consumed..(lf - 1)];
            Consumed = _searched = lf + 1;
            if (Status == 0)
            {
                ReadStatusLine(line);
            }
            else if (line.IsEmpty)
            {
                Finish();
                return true;
            }
            else
            {
                if (++_headers > Http1Limits.HeadersMax)
                    throw new UpstreamException(UpstreamFailure.TooLarge, true, $"The upstream's answer has more than {Http1Limits.HeadersMax} headers.");
                ReadHeader(line);
            }
        }
    }

    /// <summary>How the body of this answer is framed.</summary>
    public readonly Http1BodyDecoder Body(bool headRequest)
    {
        if (headRequest || Status is 204 or 304) return Http1BodyDecoder.None;
        if (_transferEncoding) return Http1BodyDecoder.Chunked;
        return ContentLength >= 0 ? Http1BodyDecoder.OfLength(ContentLength) : Http1BodyDecoder.UntilClose;
    }

    private void Finish()
    {
        if (_transferEncoding && ContentLength >= 0) throw Broken("it has both Content-Length and Transfer-Encoding");
        if (_transferEncoding && _http10) throw Broken("HTTP/1.0 has no Transfer-Encoding");
        // A 204 with a body breaks the rules; whether one follows cannot be known, so nothing more is read from that connection.
        var ambiguous = Status == 204 && (_transferEncoding || ContentLength > 0);
        var untilClose = !_transferEncoding && ContentLength < 0 && Status is not (204 or 304);
        KeepAlive = !_close && !_http10 && !ambiguous && !untilClose;
    }

    private static void RequirePrefix(ReadOnlySpan<byte> received)
    {
        var prefix = "HTTP/1."u8;
        var length = Math.Min(prefix.Length, received.Length);
        if (!received[..length].SequenceEqual(prefix[..length])) throw Broken("it does not begin with HTTP/1.1");
    }

    private void ReadStatusLine(ReadOnlySpan<byte> line)
    {
        // HTTP/1.1 200 OK
        RequirePrefix(line);
        if (line.Length < 12 || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ') throw Broken("its status line is malformed");
        _http10 = line[7] == '0';
        var status = 0;
        for (var i = 9; i < 12; i++)
        {
            if (line[i] is < (byte)'0' or > (byte)'9') throw Broken("its status is not a number");
            status = status * 10 + (line[i] - '0');
        }
        if (status is < 100 or > 599) throw Broken("its status is not between 100 and 599");
        if (line.Length > 12 && line[12] != ' ') throw Broken("its status line is malformed");
        if (line[12..].ContainsAny(Controls)) throw Broken("its status line has a control character");
        Status = status;
    }

    private void ReadHeader(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0) throw Broken("a header has no name");
        var name = line[..colon];
        // Catches folded lines and spaces before the colon as well.
        if (name.ContainsAny(NotInToken)) throw Broken("a header's name has a character that is not allowed");
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.ContainsAny(Controls)) throw Broken("a header's value has a control character");

        switch (name.Length)
        {
            case 10 when Ascii.EqualsIgnoreCase(name, "connection"u8):
                if (HasToken(value, "close"u8)) _close = true;
                break;
            case 10 when Ascii.EqualsIgnoreCase(name, "keep-alive"u8):
                ReadKeepAlive(value);
                break;
            case 10 when Ascii.EqualsIgnoreCase(name, "request-id"u8):
                RequestId ??= HeaderText.Read(value, 256);
                break;
            case 11 when Ascii.EqualsIgnoreCase(name, "retry-after"u8):
                RetryAfter = HeaderText.Read(value, 64);
                break;
            case 12 when Ascii.EqualsIgnoreCase(name, "content-type"u8):
                ContentType = ReadMediaType(value);
                break;
            case 12 when Ascii.EqualsIgnoreCase(name, "x-request-id"u8):
                RequestId ??= HeaderText.Read(value, 256);
                break;
            case 13 when Ascii.EqualsIgnoreCase(name, "x-ds-trace-id"u8):
                RequestId ??= HeaderText.Read(value, 256);
                break;
            case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                ReadContentLength(value);
                break;
            case 16 when Ascii.EqualsIgnoreCase(name, "content-encoding"u8):
                if (!Ascii.EqualsIgnoreCase(value, "identity"u8)) throw Broken("its body is compressed, which was not asked for");
                break;
            case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                if (_transferEncoding || !Ascii.EqualsIgnoreCase(value, "chunked"u8)) throw Broken("its Transfer-Encoding is not chunked");
                _transferEncoding = true;
                break;
        }
    }

    private void ReadContentLength(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > 18 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')) throw Broken("its Content-Length is not a number");
        long length = 0;
        foreach (var b in value) length = length * 10 + (b - '0');
        if (ContentLength >= 0 && ContentLength != length) throw Broken("it has two different Content-Length headers");
        ContentLength = length;
    }

    private void ReadKeepAlive(ReadOnlySpan<byte> value)
    {
        var at = value.IndexOf("timeout="u8);
        if (at < 0) return;
        var seconds = 0;
        foreach (var b in value[(at + 8)..])
        {
            if (b is < (byte)'0' or > (byte)'9' || seconds > 100_000) break;
            seconds = seconds * 10 + (b - '0');
        }
        KeepAliveSeconds = seconds;
    }

    private static string? ReadMediaType(ReadOnlySpan<byte> value)
    {
        // The values that nearly every answer has, without a new string for each.
        if (value.SequenceEqual("application/json"u8)) return "application/json";
        if (value.SequenceEqual("text/event-stream"u8)) return "text/event-stream";
        if (value.SequenceEqual("application/json; charset=utf-8"u8)) return "application/json; charset=utf-8";
        if (value.SequenceEqual("text/event-stream; charset=utf-8"u8)) return "text/event-stream; charset=utf-8";
        return HeaderText.Read(value, 256);
    }

    private static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (var part in list.Split((byte)','))
            if (Ascii.EqualsIgnoreCase(list[part].Trim(" \t"u8), token)) return true;
        return false;
    }

    private static byte[] NotTokenBytes()
    {
        var bytes = new List<byte>();
        for (var b = 0; b < 256; b++)
            if (!(b < 128 && (char.IsAsciiLetterOrDigit((char)b) || "!#$%&'*+-.^_`|~".Contains((char)b, StringComparison.Ordinal)))) bytes.Add((byte)b);
        return [.. bytes];
    }

    private static byte[] ControlBytes()
    {
        var bytes = new List<byte> { 0x7f };
        for (var b = 0; b < 0x20; b++)
            if (b != '\t') bytes.Add((byte)b);
        return [.. bytes];
    }

    private static UpstreamException Broken(string what) => new(UpstreamFailure.Protocol, true, $"The upstream's answer breaks HTTP/1.1: {what}.");
}
