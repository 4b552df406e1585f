using System.Buffers.Binary;
using System.IO.Hashing;

namespace Sluice.Server.Documents;

/// <summary>Walks a PNG chunk by chunk, without decoding the picture.</summary>
internal static class PngFile
{
    public const string MediaType = "image/png";
    private const int HeaderBytes = 13;
    private const int AroundChunk = 12;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static bool Looks(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    public static FileVerdict Check(ReadOnlySpan<byte> file)
    {
        var (at, first, hasPixels) = (Signature.Length, true, false);
        while (true)
        {
            if (file.Length - at < AroundChunk)
                return FileVerdict.Refused("The PNG ends in the middle.");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - AroundChunk)
                return FileVerdict.Refused("The PNG ends in the middle.");
            var body = file.Slice(at + 4, 4 + (int)length);
            if (body[..4].ContainsAnyExceptInRange((byte)'A', (byte)'z') || Crc32.HashToUInt32(body) != BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]))
                return FileVerdict.Refused("The PNG is damaged.");
            var name = body[..4];
            if (first != name.SequenceEqual("IHDR"u8))
                return FileVerdict.Refused("The PNG is damaged: its header is not where it must be.");
            if (first && HeaderWrong(body[4..]) is { } wrong)
                return FileVerdict.Refused(wrong);
            (first, at) = (false, at + AroundChunk + (int)length);
            hasPixels |= name.SequenceEqual("IDAT"u8) && length > 0;
            if (!name.SequenceEqual("IEND"u8))
                continue;
            if (!hasPixels || length != 0)
                return FileVerdict.Refused("The PNG holds no picture.");
            // No program writes anything behind the end; whoever does hides something there.
            return at == file.Length ? new FileVerdict(null, at) : FileVerdict.Refused("Something follows after the end of the PNG.");
        }
    }

    private static string? HeaderWrong(ReadOnlySpan<byte> header)
    {
        if (header.Length != HeaderBytes)
            return "The PNG is damaged: its header has the wrong length.";
        var fits = (header[9], header[8]) is (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16);
        return fits && header[10] == 0 && header[11] == 0 && header[12] <= 1
            ? PixelLimits.Wrong(BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]))
            : "The PNG is of a kind that there is not.";
    }
}
