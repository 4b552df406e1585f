namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Takes the transfer framing off an answer's body, however the bytes are cut. Works in place: the decoded bytes may be written
/// over the very bytes that they came from.
/// </summary>
internal struct Http1BodyDecoder
{
    private enum State : byte
    {
        Ended,
        Length,
        UntilClose,
        ChunkSize,
        ChunkSizeSpace,
        ChunkExtension,
        ChunkSizeLf,
        ChunkData,
        ChunkDataCr,
        ChunkDataLf,
        TrailerStart,
        TrailerLine,
        TrailerLf,
        EndLf,
    }

    private State _state;
    private byte _digits;
    private int _skipped;
    private long _remaining;

    public static Http1BodyDecoder None => default;

    public static Http1BodyDecoder OfLength(long length) => new() { _state = length == 0 ? State.Ended : State.Length, _remaining = length };

    public static Http1BodyDecoder Chunked => new() { _state = State.ChunkSize };

    public static Http1BodyDecoder UntilClose => new() { _state = State.UntilClose };

    public readonly bool Ended => _state == State.Ended;

    /// <summary>The connection was closed: the proper end of a body without announced length, the loss of any other.</summary>
    public void EndOfStream()
    {
        if (_state is not (State.UntilClose or State.Ended))
            throw new UpstreamException(UpstreamFailure.Truncated, true, "The upstream closed the connection before its answer was complete.");
        _state = State.Ended;
    }

    /// <summary>
    /// Decodes until the source is used up, the destination is full or the body has ended. Bytes after the end are not consumed.
    /// Throws <see cref="UpstreamException"/> (Protocol) where the framing is broken.
    /// </summary>
    /// <returns>Bytes written to <paramref name="destination"/>.</returns>
    public int Decode(ReadOnlySpan<byte> source, Span<byte> destination, out int consumed)
    {
        var read = 0;
        var written = 0;
        while (_state != State.Ended && read < source.Length)
        {
            switch (_state)
            {
                case State.Length:
                case State.ChunkData:
                case State.UntilClose:
                    var count = Math.Min(source.Length - read, destination.Length - written);
                    if (_state != State.UntilClose) count = (int)Math.Min(count, _remaining);
                    if (count == 0)
                    {
                        consumed = read;
                        return written;
                    }
                    source.Slice(read, count).CopyTo(destination[written..]);
                    read += count;
                    written += count;
                    if (_state == State.UntilClose) break;
                    _remaining -= count;
                    if (_remaining == 0) _state = _state == State.Length ? State.Ended : State.ChunkDataCr;
                    break;
                default:
                    Step(source[read++]);
                    break;
            }
        }
        consumed = read;
        return written;
    }

    private void Step(byte b)
    {
        switch (_state)
        {
            case State.ChunkSize:
                var digit = HexValue(b);
                if (digit >= 0)
                {
                    if (++_digits > Http1Limits.ChunkSizeDigitsMax) throw Broken("a chunk size has too many digits");
                    _remaining = (_remaining << 4) | (uint)digit;
                    break;
                }
                if (_digits == 0) throw Broken("a chunk size is missing");
                _skipped = 0;
                _state = b switch
                {
                    (byte)'\r' => State.ChunkSizeLf,
                    (byte)';' => State.ChunkExtension,
                    (byte)' ' or (byte)'\t' => State.ChunkSizeSpace,
                    _ => throw Broken("a chunk size is not a hexadecimal number"),
                };
                break;
            case State.ChunkSizeSpace:
                if (++_skipped > Http1Limits.ChunkExtensionBytesMax) throw Broken("a chunk extension is too long");
                _state = b switch
                {
                    (byte)';' => State.ChunkExtension,
                    (byte)' ' or (byte)'\t' => State.ChunkSizeSpace,
                    _ => throw Broken("a chunk size is not a hexadecimal number"),
                };
                break;
            case State.ChunkExtension:
                if (b == '\r') _state = State.ChunkSizeLf;
                else if (IsControl(b)) throw Broken("a chunk extension has a control character");
                else if (++_skipped > Http1Limits.ChunkExtensionBytesMax) throw Broken("a chunk extension is too long");
                break;
            case State.ChunkSizeLf:
                Expect(b, '\n');
                _digits = 0;
                _skipped = 0;
                _state = _remaining == 0 ? State.TrailerStart : State.ChunkData;
                break;
            case State.ChunkDataCr:
                Expect(b, '\r');
                _state = State.ChunkDataLf;
                break;
            case State.ChunkDataLf:
                Expect(b, '\n');
                _state = State.ChunkSize;
                break;
            case State.TrailerStart:
                _state = b == '\r' ? State.EndLf : State.TrailerLine;
                if (b != '\r') SkipTrailer(b);
                break;
            case State.TrailerLine:
                if (b == '\r') _state = State.TrailerLf;
                else SkipTrailer(b);
                break;
            case State.TrailerLf:
                Expect(b, '\n');
                _state = State.TrailerStart;
                break;
            case State.EndLf:
                Expect(b, '\n');
                _state = State.Ended;
                break;
        }
    }

    private void SkipTrailer(byte b)
    {
        if (IsControl(b)) throw Broken("a trailer has a control character");
        if (++_skipped > Http1Limits.TrailerBytesMax) throw Broken("the trailers are too long");
    }

    private static void Expect(byte b, char expected)
    {
        if (b != expected) throw Broken("a line of the chunked framing does not end in CR LF");
    }

    private static bool IsControl(byte b) => (b < 0x20 && b != '\t') || b == 0x7f;

    private static int HexValue(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };

    private static UpstreamException Broken(string what) => new(UpstreamFailure.Protocol, true, $"The upstream's answer breaks HTTP/1.1: {what}.");
}
