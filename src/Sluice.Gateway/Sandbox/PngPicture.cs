using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// Draws a picture from a number and encodes it as PNG: a gradient with discs, and the watermark across it. Indexed colour, one row in
/// memory at a time. Takes about 10 ms for 1024 × 1024, so it belongs on the pool.
/// </summary>
internal static class PngPicture
{
    // Four banks of 64 colours: ground, discs, and both again under the watermark.
    private const int Bank = 64;
    private const int Discs = 5;

    public static byte[] Render(int width, int height, ulong seed)
    {
        var png = new MemoryStream(16 * 1024);
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        // 8 bits a pixel, palette, and the only compression, filtering and interlacing there are for us.
        header[8] = 8;
        header[9] = 3;
        header[10..].Clear();
        Chunk(png, "IHDR"u8, header);
        Chunk(png, "PLTE"u8, Palette(seed));
        Chunk(png, "IDAT"u8, Pixels(width, height, seed));
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        var crc = new Crc32();
        crc.Append(type);
        crc.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, crc.GetCurrentHashAsUInt32());
        png.Write(number);
    }

    private static byte[] Palette(ulong seed)
    {
        var palette = new byte[256 * 3];
        for (var bank = 0; bank < 2; bank++)
        {
            var from = RequestSeed.Derive(seed, 0xC0 + (ulong)bank);
            var to = RequestSeed.Derive(seed, 0xC8 + (ulong)bank);
            for (var i = 0; i < Bank; i++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var a = (int)(from >> channel * 8 & 0xFF);
                    var b = (int)(to >> channel * 8 & 0xFF);
                    var value = a + (b - a) * i / (Bank - 1);
                    palette[(bank * Bank + i) * 3 + channel] = (byte)value;
                    palette[((bank + 2) * Bank + i) * 3 + channel] = (byte)(value < 128 ? value + 64 : value - 64);
                }
            }
        }

        return palette;
    }

    private static byte[] Pixels(int width, int height, ulong seed)
    {
        var compressed = new MemoryStream(16 * 1024);
        var discs = PlaceDiscs(width, height, seed);
        // The leading byte of a row names its filter: none.
        var row = new byte[width + 1];
        var dots = Math.Max(1, Math.Min(width, height) / 160);
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                Ground(row.AsSpan(1), y, height, seed);
                foreach (var (cx, cy, radius) in discs) Disc(row.AsSpan(1), y, cx, cy, radius);
                Watermark(row.AsSpan(1), y, dots);
                zlib.Write(row);
            }
        }

        return compressed.ToArray();
    }

    private static (int X, int Y, int Radius)[] PlaceDiscs(int width, int height, ulong seed)
    {
        var discs = new (int, int, int)[Discs];
        for (var i = 0; i < Discs; i++)
        {
            var place = RequestSeed.Derive(seed, 0xD15C + (ulong)i);
            discs[i] = ((int)(place % (ulong)width), (int)((place >> 20) % (ulong)height), Math.Min(width, height) * (int)(5 + (place >> 40) % 20) / 100);
        }

        return discs;
    }

    private static void Ground(Span<byte> row, int y, int height, ulong seed)
    {
        var slope = (int)(seed % 3) - 1;
        for (var x = 0; x < row.Length; x++)
        {
            var along = (long)y * row.Length + (long)slope * x * height / 2 + (slope < 0 ? (long)row.Length * height / 2 : 0);
            row[x] = (byte)Math.Clamp(along * Bank / ((long)row.Length * height * 3 / 2 + 1), 0, Bank - 1);
        }
    }

    private static void Disc(Span<byte> row, int y, int cx, int cy, int radius)
    {
        var dy = y - cy;
        if (Math.Abs(dy) > radius) return;
        var half = (int)Math.Sqrt((long)radius * radius - (long)dy * dy);
        for (var x = Math.Max(0, cx - half); x < Math.Min(row.Length, cx + half); x++) row[x] = (byte)(row[x] % Bank + Bank);
    }

    private static void Watermark(Span<byte> row, int y, int dots)
    {
        // A line of words every 20 rows of dots, each moved to the side.
        var line = y / dots / 20;
        var letterRow = y / dots % 20;
        if (letterRow >= WatermarkFont.Rows) return;
        for (var x = 0; x < row.Length; x++)
        {
            if (WatermarkFont.At(x / dots + line * 23, letterRow)) row[x] += 2 * Bank;
        }
    }
}
