using System.Buffers;
using System.Text;

namespace Sluice.Gateway.Metering;

/// <summary>
/// Counts the tokens of generated text as it goes by, for answers whose upstream reports no usage. Holds at most
/// <see cref="BufferBytes"/> of the text: when they are full it counts up to the last boundary between words and keeps the rest.
/// Mutable: keep it in one field, do not copy it. Not thread-safe.
/// </summary>
public struct OutputTokenEstimator : IDisposable
{
    /// <summary>Most text that is held at any time.</summary>
    public const int BufferBytes = 1024;

    private byte[]? _buffer;
    private int _held;
    private long _counted;
    private char _highSurrogate;

    /// <summary>Adds the next piece of text.</summary>
    /// <param name="utf8">UTF-8; characters may be split over two pieces, escape sequences may not.</param>
    /// <param name="escaped">The piece is the inside of a JSON string as sent, with its escape sequences.</param>
    public void Add(ReadOnlySpan<byte> utf8, bool escaped = false)
    {
        if (!escaped)
        {
            Append(utf8);
            return;
        }

        while (!utf8.IsEmpty)
        {
            var slash = utf8.IndexOf((byte)'\\');
            if (slash < 0)
            {
                Append(utf8);
                return;
            }

            Append(utf8[..slash]);
            utf8 = utf8[slash..];
            utf8 = utf8[AppendEscape(utf8)..];
        }
    }

    /// <summary>Adds what was counted elsewhere.</summary>
    public void AddTokens(long tokens) => _counted += tokens;

    /// <summary>Tokens of everything added. Gives the buffer back; more may be added afterwards.</summary>
    public long Complete()
    {
        if (_held > 0) CountFirst(_held);
        Dispose();
        return _counted;
    }

    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _held = 0;
    }

    /// <summary>Appends what the escape sequence at the start of <paramref name="utf8"/> stands for; returns the sequence's length.</summary>
    private int AppendEscape(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length < 2) return utf8.Length;
        if (utf8[1] != (byte)'u')
        {
            Append([utf8[1] switch { (byte)'n' => (byte)'\n', (byte)'t' => (byte)'\t', (byte)'r' => (byte)'\r', (byte)'b' => (byte)'\b', (byte)'f' => (byte)'\f', var c => c }]);
            return 2;
        }

        if (utf8.Length < 6 || !System.Buffers.Text.Utf8Parser.TryParse(utf8.Slice(2, 4), out ushort unit, out var used, 'x') || used != 4) return 2;
        var c16 = (char)unit;
        if (char.IsHighSurrogate(c16))
        {
            _highSurrogate = c16;
            return 6;
        }

        var rune = char.IsLowSurrogate(c16) && _highSurrogate != 0 ? new Rune(_highSurrogate, c16) : Rune.TryCreate(c16, out var plain) ? plain : Rune.ReplacementChar;
        _highSurrogate = '\0';
        Span<byte> encoded = stackalloc byte[4];
        Append(encoded[..rune.EncodeToUtf8(encoded)]);
        return 6;
    }

    private void Append(ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
            var room = Math.Min(utf8.Length, BufferBytes - _held);
            utf8[..room].CopyTo(_buffer.AsSpan(_held));
            _held += room;
            utf8 = utf8[room..];
            if (_held == BufferBytes) CountFirst(Boundary(_buffer.AsSpan(0, _held)));
        }
    }

    private void CountFirst(int bytes)
    {
        var text = _buffer.AsSpan(0, bytes);
        if (TokenCounter.IsReady)
        {
            Span<char> chars = stackalloc char[BufferBytes];
            _counted += TokenCounter.Count(chars[..Encoding.UTF8.GetChars(text, chars)]);
        }
        else
        {
            // Loading the vocabulary here would stall an I/O thread.
            _ = TokenCounter.WarmAsync();
            _counted += PromptTokenEstimate.FromText(text);
        }

        _buffer.AsSpan(bytes, _held - bytes).CopyTo(_buffer);
        _held -= bytes;
    }

    /// <summary>
    /// The last place where cutting does not change the count: before a single space between two words, or between a line break and a
    /// word. Text without either (Chinese without line breaks) is cut between two characters, which costs at most one token a buffer.
    /// </summary>
    private static int Boundary(ReadOnlySpan<byte> text)
    {
        for (var i = text.Length - 2; i > text.Length / 4; i--)
        {
            if (IsSpace(text[i + 1])) continue;
            if (text[i] == (byte)' ' && !IsSpace(text[i - 1])) return i;
            if (text[i] == (byte)'\n') return i + 1;
        }

        var end = text.Length;
        while (end > text.Length - 4 && (text[end - 1] & 0xC0) == 0x80) end--;
        if (end > 1 && text[end - 1] >= 0xC0) end--;
        else end = text.Length;
        return end;
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
}
