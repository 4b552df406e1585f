using System.Buffers.Binary;
using System.Text.Unicode;

namespace Sluice.Gateway.Records;

/// <summary>Writes numbers as zigzag varints and text as length and UTF-8.</summary>
internal ref struct CodecWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Position { get; private set; }

    public void Byte(byte value) => _destination[Position++] = value;

    public void Number(long value)
    {
        var zigzag = (ulong)(value << 1 ^ value >> 63);
        while (zigzag >= 0x80)
        {
            _destination[Position++] = (byte)(zigzag | 0x80);
            zigzag >>= 7;
        }
        _destination[Position++] = (byte)zigzag;
    }

    /// <summary>Cuts text longer than <paramref name="bytesMax"/> at a character's edge. All bits of the length set says "no text".</summary>
    public void Text(string? value, int bytesMax)
    {
        var wide = bytesMax >= 0xFF;
        var start = Position + (wide ? 2 : 1);
        var written = wide ? 0xFFFF : 0xFF;
        var end = start;
        if (value is not null)
        {
            Utf8.FromUtf16(value, _destination.Slice(start, bytesMax), out _, out written);
            end = start + written;
        }
        if (wide) BinaryPrimitives.WriteUInt16LittleEndian(_destination[Position..], (ushort)written);
        else _destination[Position] = (byte)written;
        Position = end;
    }
}
