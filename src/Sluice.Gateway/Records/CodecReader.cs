using System.Buffers.Binary;
using System.Text;

namespace Sluice.Gateway.Records;

/// <summary>Reads what <see cref="CodecWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">Every method: the bytes end early or make no sense.</exception>
internal ref struct CodecReader(ReadOnlySpan<byte> source, TextCache texts)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _position;

    public byte Byte() => Take(1)[0];

    public long Number()
    {
        var zigzag = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            zigzag |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        }
        throw new InvalidDataException("A number in a journal entry does not end.");
    }

    /// <summary>Text that comes again and again.</summary>
    public string? Text(int bytesMax) => Bytes(bytesMax, out var bytes) ? texts.Get(bytes) : null;

    /// <summary>Text that comes only once.</summary>
    public string? OwnText(int bytesMax) => Bytes(bytesMax, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private bool Bytes(int bytesMax, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        var wide = bytesMax >= 0xFF;
        int length = wide ? BinaryPrimitives.ReadUInt16LittleEndian(Take(2)) : Byte();
        if (length == (wide ? 0xFFFF : 0xFF)) return false;
        bytes = Take(length);
        return true;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _source.Length - _position) throw new InvalidDataException("A journal entry ends early.");
        var taken = _source.Slice(_position, count);
        _position += count;
        return taken;
    }
}
