using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Sandbox;

/// <summary>JSON written by hand into a pooled array, which is rented when needed and goes back with <see cref="Dispose"/>; writing may begin anew after that.</summary>
internal sealed class PooledBytes : IDisposable
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create("\"\\" + string.Concat(Enumerable.Range(0, 32).Select(i => (char)i)));

    private const int FirstRent = 512;

    private byte[] _array = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _array.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Shortens what was written.</summary>
    public void Truncate(int length) => Length = Math.Min(length, Length);

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>As a JSON string with its quotes.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        Raw("\""u8);
        Inner(text);
        Raw("\""u8);
    }

    public void TextOrNull(string? text)
    {
        if (text is null) Raw("null"u8);
        else Text(text);
    }

    /// <summary>As the inside of a JSON string. A lone surrogate becomes U+FFFD.</summary>
    public void Inner(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAny(Escaped);
            if (plain < 0) plain = text.Length;
            Length += Encoding.UTF8.GetBytes(text[..plain], Room(plain * 3));
            text = text[plain..];
            if (text.IsEmpty) return;
            Escape(text[0]);
            text = text[1..];
        }
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var written);
        Length += written;
    }

    public void Number(float value)
    {
        value.TryFormat(Room(32), out var written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    public void Base64(ReadOnlySpan<byte> bytes)
    {
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, Room(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        Length += written;
    }

    public void Dispose()
    {
        var array = _array;
        _array = [];
        Length = 0;
        if (array.Length > 0) ArrayPool<byte>.Shared.Return(array);
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '"': Raw("\\\""u8); break;
            case '\\': Raw("\\\\"u8); break;
            case '\n': Raw("\\n"u8); break;
            case '\r': Raw("\\r"u8); break;
            case '\t': Raw("\\t"u8); break;
            default:
                Raw("\\u00"u8);
                Utf8Formatter.TryFormat((byte)c, Room(2), out var written, new StandardFormat('x', 2));
                Length += written;
                break;
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (_array.Length - Length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(Length + bytes, FirstRent), _array.Length * 2));
            Written.CopyTo(larger);
            var old = _array;
            _array = larger;
            if (old.Length > 0) ArrayPool<byte>.Shared.Return(old);
        }

        return _array.AsSpan(Length);
    }
}
