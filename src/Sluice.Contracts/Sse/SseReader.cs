using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sluice.Contracts.Sse;

/// <summary>
/// Reads server-sent events from bytes that come in any pieces: the events are the same wherever the pieces begin and end. LF, CR and CRLF end lines,
/// one byte order mark at the start and all comments are passed over. An event whose data lies on one line within one piece is handed out in place;
/// otherwise its bytes are gathered in buffers that are kept for the next event.
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html.
/// </summary>
/// <remarks>Not for use from several threads at once.</remarks>
/// <param name="maxEventBytes">Largest event in bytes of its lines, comments and line ends not counted; at least 1. A larger one throws <see cref="SseEventTooLargeException"/>.</param>
public sealed class SseReader(int maxEventBytes = SseReader.DefaultMaxEventBytes)
{
    /// <summary>1 MiB.</summary>
    public const int DefaultMaxEventBytes = 1024 * 1024;

    private const byte Lf = (byte)'\n';
    private const byte Cr = (byte)'\r';

    private readonly int _maxEventBytes = maxEventBytes > 0 ? maxEventBytes : throw new ArgumentOutOfRangeException(nameof(maxEventBytes));
    private readonly ByteBuffer _line = new();
    private readonly ByteBuffer _data = new();
    private readonly ByteBuffer _name = new();
    private readonly ByteBuffer _id = new();
    private int _markBytes;
    private bool _started;
    private bool _skipLf;
    private bool _inComment;
    private bool _hasData;
    private bool _reading;
    private bool _failed;
    private bool _handedOut;
    private int _eventBytes;

    /// <summary>The last <c>retry:</c>: how long to wait before connecting again; <see langword="null"/> where none was sent.</summary>
    public TimeSpan? Retry { get; private set; }

    /// <summary>The last <c>id:</c>; empty where none was sent.</summary>
    public ReadOnlySpan<byte> LastEventId => _id.Span;

    /// <summary>
    /// Whether an event has begun that no blank line has ended. At the end of the input it means that the stream was cut: see <see cref="TryTakeIncomplete"/>.
    /// </summary>
    public bool HasIncompleteEvent => _line.Length > 0 || (_eventBytes > 0 && !_handedOut) || (!_started && _markBytes > 0);

    /// <summary>
    /// Takes the next piece of the stream and gives the events that are complete with it. They must be enumerated to the end before the next piece;
    /// who breaks off gives up the stream.
    /// </summary>
    /// <exception cref="InvalidOperationException">The events of the last piece were not enumerated to the end.</exception>
    /// <exception cref="SseEventTooLargeException">While enumerating: an event is larger than the limit.</exception>
    public Frames Feed(ReadOnlySpan<byte> bytes)
    {
        if (_reading) throw new InvalidOperationException("The events of the last piece were not enumerated to the end.");
        _reading = true;
        return new Frames(this, bytes);
    }

    /// <summary>
    /// At the end of the input: what there is of an event that no blank line ended. The specification says to drop it; it is given so that a cut stream
    /// can be told from a complete one.
    /// </summary>
    /// <returns><see langword="false"/> where the input ended between events.</returns>
    public bool TryTakeIncomplete(out SseFrame frame)
    {
        if (_reading) throw new InvalidOperationException("The events of the last piece were not enumerated to the end.");
        frame = default;
        if (!HasIncompleteEvent) return false;
        if (_handedOut) BeginEvent();
        FlushMark();
        if (_line.Length > 0)
        {
            Take(_line.Span, default, out var taken);
            _data.Append(taken);
            _line.Clear();
        }

        _handedOut = true;
        frame = new SseFrame(_name.Span, _data.Span, _id.Span);
        return true;
    }

    /// <summary>Forgets everything but the limit, to read another stream with the same buffers.</summary>
    public void Reset()
    {
        _line.Clear();
        _data.Clear();
        _name.Clear();
        _id.Clear();
        (_markBytes, _eventBytes, Retry) = (0, 0, null);
        _started = _skipLf = _inComment = _hasData = _reading = _failed = _handedOut = false;
    }

    /// <summary>
    /// Reads a whole stream. An event that the end of the stream cuts short comes last, with <see cref="SseEvent.IsComplete"/> false.
    /// The stream is not disposed.
    /// </summary>
    /// <param name="stream">Read until it ends or the enumeration is broken off.</param>
    /// <param name="maxEventBytes">See the constructor.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SseEventTooLargeException">An event is larger than the limit.</exception>
    public static async IAsyncEnumerable<SseEvent> ReadAsync(Stream stream, int maxEventBytes = DefaultMaxEventBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var reader = new SseReader(maxEventBytes);
        var ready = new Queue<SseEvent>();
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                SseEventTooLargeException? tooLarge = null;
                try
                {
                    foreach (var frame in reader.Feed(buffer.AsSpan(0, read))) ready.Enqueue(new SseEvent(frame, isComplete: true));
                }
                catch (SseEventTooLargeException e)
                {
                    // The events before it are whole and have been sent: they are handed out first.
                    tooLarge = e;
                }

                while (ready.TryDequeue(out var one)) yield return one;
                if (tooLarge is not null) throw tooLarge;
            }

            if (TakeLast(reader) is { } last) yield return last;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        static SseEvent? TakeLast(SseReader reader) => reader.TryTakeIncomplete(out var frame) ? new SseEvent(frame, isComplete: false) : null;
    }

    /// <summary>The events of one piece; for <c>foreach</c>.</summary>
    public ref struct Frames
    {
        private readonly SseReader _reader;
        private ReadOnlySpan<byte> _rest;

        internal Frames(SseReader reader, ReadOnlySpan<byte> bytes)
        {
            _reader = reader;
            _rest = bytes;
        }

        /// <summary>The event that <see cref="MoveNext"/> found.</summary>
        public SseFrame Current { get; private set; }

        /// <summary>This.</summary>
        public readonly Frames GetEnumerator() => this;

        /// <summary>Finds the next complete event.</summary>
        public bool MoveNext()
        {
            if (_reader.Next(_rest, out _rest, out var frame))
            {
                Current = frame;
                return true;
            }

            _reader._reading = false;
            return false;
        }
    }

    private bool Next(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> rest, out SseFrame frame)
    {
        frame = default;
        rest = default;
        if (_failed) Fail();
        if (!_started) bytes = SkipMark(bytes);
        if (_handedOut) BeginEvent();

        // The data where it lies, as long as it is one line of this piece.
        var inPlace = default(ReadOnlySpan<byte>);
        while (!bytes.IsEmpty)
        {
            if (_skipLf)
            {
                _skipLf = false;
                if (bytes[0] == Lf)
                {
                    bytes = bytes[1..];
                    continue;
                }
            }

            var end = bytes.IndexOfAny(Lf, Cr);
            if (end < 0)
            {
                KeepPart(bytes);
                bytes = default;
                break;
            }

            var part = bytes[..end];
            _skipLf = bytes[end] == Cr;
            bytes = bytes[(end + 1)..];
            if (_inComment)
            {
                _inComment = false;
                continue;
            }

            if (_line.Length == 0 && part.IsEmpty)
            {
                if (!_hasData)
                {
                    BeginEvent();
                    continue;
                }

                _handedOut = true;
                rest = bytes;
                frame = new SseFrame(_name.Span, inPlace.IsEmpty ? _data.Span : inPlace, _id.Span);
                return true;
            }

            if (_line.Length == 0)
            {
                if (part[0] == ':') continue;
                Count(part.Length);
                Take(part, inPlace, out inPlace);
            }
            else
            {
                CheckSize(part.Length);
                _line.Append(part);
                Count(_line.Length);
                Take(_line.Span, inPlace, out var taken);

                // The line's buffer is used again at once, so what lies in it is moved.
                if (!taken.IsEmpty) _data.Append(taken);
                inPlace = default;
                _line.Clear();
            }
        }

        if (!inPlace.IsEmpty) _data.Append(inPlace);
        return false;
    }

    /// <summary>Takes one line of an event. Data that lies on a single line is left where it is, in <paramref name="inPlace"/>.</summary>
    private void Take(ReadOnlySpan<byte> line, ReadOnlySpan<byte> before, out ReadOnlySpan<byte> inPlace)
    {
        inPlace = before;
        var colon = line.IndexOf((byte)':');
        if (colon == 0) return;
        var field = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? default : line[(colon + 1)..];
        if (!value.IsEmpty && value[0] == ' ') value = value[1..];
        if (field.SequenceEqual("data"u8))
        {
            if (!_hasData)
            {
                _hasData = true;
                inPlace = value;
                return;
            }

            if (!before.IsEmpty) _data.Append(before);
            inPlace = default;
            _data.Append("\n"u8);
            _data.Append(value);
        }
        else if (field.SequenceEqual("event"u8))
        {
            _name.Clear();
            _name.Append(value);
        }
        else if (field.SequenceEqual("id"u8))
        {
            if (value.Contains((byte)0)) return;
            _id.Clear();
            _id.Append(value);
        }
        else if (field.SequenceEqual("retry"u8))
        {
            if (TryReadMilliseconds(value, out var retry)) Retry = retry;
        }
    }

    private static bool TryReadMilliseconds(ReadOnlySpan<byte> digits, out TimeSpan value)
    {
        value = default;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        if (!long.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var ms)
            || ms > (long)TimeSpan.MaxValue.TotalMilliseconds) return false;
        value = TimeSpan.FromMilliseconds(ms);
        return true;
    }

    private void KeepPart(ReadOnlySpan<byte> part)
    {
        if (_inComment) return;
        if (_line.Length == 0 && part[0] == ':')
        {
            _inComment = true;
            return;
        }

        CheckSize(part.Length);
        _line.Append(part);
    }

    private void CheckSize(int more)
    {
        if ((long)_eventBytes + _line.Length + more > _maxEventBytes) Fail();
    }

    private void Count(int lineBytes)
    {
        if ((long)_eventBytes + lineBytes > _maxEventBytes) Fail();
        _eventBytes += lineBytes;
    }

    private void Fail()
    {
        _failed = true;
        _reading = false;
        throw new SseEventTooLargeException(_maxEventBytes);
    }

    private void BeginEvent()
    {
        _data.Clear();
        _name.Clear();
        _eventBytes = 0;
        _hasData = _handedOut = false;
    }

    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    private ReadOnlySpan<byte> SkipMark(ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty && _markBytes < Mark.Length && rest[0] == Mark[_markBytes])
        {
            _markBytes++;
            rest = rest[1..];
        }

        if (_markBytes == Mark.Length) _started = true;
        else if (!rest.IsEmpty) FlushMark();
        return rest;
    }

    /// <summary>The first bytes were not a byte order mark after all: they begin the first line.</summary>
    private void FlushMark()
    {
        if (_started) return;
        _started = true;
        if (_markBytes > 0) _line.Append(Mark[.._markBytes]);
    }

    private sealed class ByteBuffer
    {
        private byte[] _bytes = [];

        public int Length { get; private set; }

        public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

        public void Clear() => Length = 0;

        public void Append(ReadOnlySpan<byte> more)
        {
            if (_bytes.Length - Length < more.Length) Array.Resize(ref _bytes, Math.Max(Length + more.Length, Math.Max(256, _bytes.Length * 2)));
            more.CopyTo(_bytes.AsSpan(Length));
            Length += more.Length;
        }
    }
}
