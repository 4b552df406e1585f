using System.Buffers.Binary;

namespace Sluice.Server.Documents;

/// <summary>Walks a JPEG segment by segment to its end, without decoding the picture.</summary>
internal static class JpegFile
{
    public const string MediaType = "image/jpeg";
    private const byte Mark = 0xFF;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;

    public static bool Looks(ReadOnlySpan<byte> file) => file.StartsWith([Mark, StartOfImage, Mark]);

    public static FileVerdict Check(ReadOnlySpan<byte> file)
    {
        var (at, hasFrame, hasScan) = (2, false, false);
        while (true)
        {
            if (!NextMarker(file, ref at, out var marker))
                return FileVerdict.Refused("The JPEG is damaged or ends in the middle.");
            if (marker == EndOfImage)
            {
                // Telephones put previews and films behind the picture. They are not what is asked for and not kept.
                return hasScan ? new FileVerdict(null, at) : FileVerdict.Refused("The JPEG holds no picture.");
            }

            if (marker is < 0xC0 or (>= 0xD0 and <= StartOfImage))
                return FileVerdict.Refused("The JPEG is damaged.");
            if (file.Length - at < 2 || BinaryPrimitives.ReadUInt16BigEndian(file[at..]) is var length && (length < 2 || length > file.Length - at))
                return FileVerdict.Refused("The JPEG ends in the middle.");
            var segment = file.Slice(at + 2, length - 2);
            at += length;
            if (IsFrame(marker))
            {
                if (hasFrame || segment.Length < 6)
                    return FileVerdict.Refused("The JPEG is damaged.");
                hasFrame = true;
                if (PixelLimits.Wrong(BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..])) is { } wrong)
                    return FileVerdict.Refused(wrong);
            }
            else if (marker == StartOfScan)
            {
                if (!hasFrame)
                    return FileVerdict.Refused("The JPEG is damaged: its picture begins before its header.");
                hasScan = true;
                if (!SkipScan(file, ref at))
                    return FileVerdict.Refused("The JPEG ends in the middle.");
            }
        }
    }

    // SOF0 to SOF15 but for the tables that lie among them (DHT, JPG, DAC).
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool NextMarker(ReadOnlySpan<byte> file, ref int at, out byte marker)
    {
        marker = 0;
        if (at >= file.Length || file[at] != Mark)
            return false;
        while (at < file.Length && file[at] == Mark)
            at++;
        if (at >= file.Length)
            return false;
        marker = file[at++];
        return true;
    }

    /// <summary>To the marker behind the coded data: stuffed bytes and restart marks are part of it.</summary>
    private static bool SkipScan(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length - 1)
        {
            var next = file[at..^1].IndexOf(Mark);
            if (next < 0)
                return false;
            at += next;
            if (file[at + 1] is not (0 or Mark or (>= 0xD0 and <= 0xD7)))
                return true;
            at += file[at + 1] == Mark ? 1 : 2;
        }

        return false;
    }
}
