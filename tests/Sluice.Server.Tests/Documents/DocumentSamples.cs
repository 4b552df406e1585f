using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Sluice.Server.Tests.Documents;

/// <summary>Small files of every kind that is taken in, whole and spoiled.</summary>
internal static class DocumentSamples
{
    public static byte[] Png(uint width = 2, uint height = 2, byte bitDepth = 8, byte colour = 2, byte interlace = 0)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (bitDepth, colour, interlace);
        return [.. PngSignature, .. Chunk("IHDR", header), .. Chunk("tEXt", "Title\0x"u8), .. Chunk("IDAT", Deflated(new byte[14])), .. Chunk("IEND", [])];
    }

    public static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public static byte[] Chunk(string name, ReadOnlySpan<byte> data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        var chunk = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + body.Length), Crc32.HashToUInt32(body));
        return chunk;
    }

    public static byte[] Jpeg(ushort width = 640, ushort height = 480, byte frame = 0xC0) =>
        [0xFF, 0xD8, .. Segment(0xE0, "JFIF\0"u8), .. Segment(0xDB, new byte[65]), .. Frame(frame, width, height), .. Segment(0xC4, new byte[20]), .. Scan(), 0xFF, 0xD9];

    public static byte[] Segment(byte marker, ReadOnlySpan<byte> data)
    {
        byte[] segment = [0xFF, marker, 0, 0, .. data];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(data.Length + 2));
        return segment;
    }

    public static byte[] Frame(byte marker, ushort width, ushort height) =>
        Segment(marker, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]);

    // Coded data with a stuffed byte and a restart mark in it.
    public static byte[] Scan() => [.. Segment(0xDA, [1, 1, 0, 0, 63, 0]), 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56];

    /// <summary>A PDF of one page with more objects in it, each written as it stands between <c>obj</c> and <c>endobj</c>.</summary>
    public static byte[] Pdf(params IReadOnlyList<byte[]> more)
    {
        using var file = new MemoryStream();
        var places = new List<long>();
        Write("%PDF-1.7\n%\u00E2\u00E3\n");
        byte[][] objects = [Text("<</Type/Catalog/Pages 2 0 R>>"), Text("<</Type/Pages/Kids[3 0 R]/Count 1>>"), Text("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"), .. more];
        foreach (var (index, body) in objects.Index())
        {
            places.Add(file.Position);
            Write(string.Create(CultureInfo.InvariantCulture, $"{index + 1} 0 obj\n"));
            file.Write(body);
            Write("\nendobj\n");
        }

        var table = file.Position;
        Write(string.Create(CultureInfo.InvariantCulture, $"xref\n0 {places.Count + 1}\n0000000000 65535 f \n"));
        foreach (var place in places)
            Write(string.Create(CultureInfo.InvariantCulture, $"{place:D10} 00000 n \n"));
        Write(string.Create(CultureInfo.InvariantCulture, $"trailer\n<</Size {places.Count + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n"));
        return file.ToArray();

        void Write(string text) => file.Write(Encoding.Latin1.GetBytes(text));
    }

    /// <summary>A stream object.</summary>
    public static byte[] Stream(string dictionary, ReadOnlySpan<byte> data) =>
        [.. Text(string.Create(CultureInfo.InvariantCulture, $"<<{dictionary}/Length {data.Length}>>\nstream\n")), .. data, .. Text("\nendstream")];

    public static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    public static byte[] Deflated(ReadOnlySpan<byte> data)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal))
            stream.Write(data);
        return packed.ToArray();
    }
}
