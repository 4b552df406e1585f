using System.Buffers.Text;
using System.IO.Compression;

namespace Sluice.Server.Documents;

/// <summary>
/// Looks at a PDF as far as can be done without rendering it: whole from header to end, not encrypted, and without what acts by itself or brings other files along. The
/// names of such things are looked for everywhere, in compressed streams too, since a reader program finds an object wherever the file says that it is.
/// </summary>
internal static class PdfFile
{
    public const string MediaType = "application/pdf";
    /// <summary>Bytes that are unpacked for looking, all streams together.</summary>
    public const int UnpackedMax = 64 * 1024 * 1024;
    private const int StreamsMax = 50_000;
    private const int TailBytes = 1024;

    private static ReadOnlySpan<byte> White => "\0\t\n\f\r "u8;

    public static bool Looks(ReadOnlySpan<byte> file) => file.StartsWith("%PDF-"u8);

    public static FileVerdict Check(ReadOnlySpan<byte> file)
    {
        if (file.Length < 9 || !char.IsAsciiDigit((char)file[5]) || file[6] != '.' || !char.IsAsciiDigit((char)file[7]))
            return FileVerdict.Refused("The PDF is damaged: its first line is not that of a PDF.");
        var trimmed = file.TrimEnd(White);
        if (!trimmed.EndsWith("%%EOF"u8))
            return FileVerdict.Refused("The PDF ends in the middle, or something follows after its end.");
        if (!HasTable(trimmed))
            return FileVerdict.Refused("The PDF is damaged: its table of contents is not where it says. Print it into a new PDF.");
        if (PdfNames.Forbidden(trimmed, raw: true) is { } name)
            return FileVerdict.Refused(Carries(name));
        return StreamsWrong(trimmed) is { } wrong ? FileVerdict.Refused(wrong) : new FileVerdict(null, file.Length);
    }

    private static string Carries(string name) => name switch
    {
        "Encrypt" => "The PDF is encrypted. Save it without a password.",
        PdfNames.Unreadable => "The PDF packs its parts in a way that cannot be looked into. Print it into a new PDF.",
        _ => $"The PDF carries '/{name}': scripts, actions and attached files are not taken. Print it into a new PDF.",
    };

    private static bool HasTable(ReadOnlySpan<byte> file)
    {
        var tail = file[^Math.Min(TailBytes, file.Length)..];
        var at = tail.LastIndexOf("startxref"u8);
        if (at < 0)
            return false;
        var number = tail[(at + "startxref".Length)..].TrimStart(White);
        if (!Utf8Parser.TryParse(number, out uint offset, out _) || offset >= file.Length)
            return false;
        var table = file[(int)offset..].TrimStart(White);
        if (table.StartsWith("xref"u8))
            return true;
        // A stream of its own: "12 0 obj".
        return Utf8Parser.TryParse(table, out uint _, out var used) && Utf8Parser.TryParse(table[used..].TrimStart(White), out uint _, out var more)
            && table[used..].TrimStart(White)[more..].TrimStart(White).StartsWith("obj"u8);
    }

    private static string? StreamsWrong(ReadOnlySpan<byte> file)
    {
        var (at, streams, unpacked) = (0, 0, 0);
        while (file[at..].IndexOf("stream"u8) is var next && next >= 0)
        {
            var begins = at + next + "stream".Length;
            var isEnd = file[..(at + next)].EndsWith("end"u8);
            at = begins;
            if (isEnd)
                continue;
            if (++streams > StreamsMax)
                return "The PDF has too many parts to be looked into. Print it into a new PDF.";
            if (file[begins..].StartsWith("\r"u8))
                begins++;
            if (file[begins..].StartsWith("\n"u8))
                begins++;
            var (wrong, bytes) = UnpackedWrong(file[begins..], UnpackedMax - unpacked);
            if (wrong is not null)
                return wrong;
            unpacked += bytes;
        }

        return null;
    }

    private static (string? Wrong, int Bytes) UnpackedWrong(ReadOnlySpan<byte> data, int bytesMax)
    {
        // The two bytes that begin what FlateDecode packs.
        if (data.Length < 2 || (data[0] & 0x0F) != 8 || ((data[0] << 8) + data[1]) % 31 != 0)
            return (null, 0);
        var buffer = new byte[64 * 1024];
        var (kept, total) = (0, 0);
        try
        {
            unsafe
            {
                fixed (byte* start = data)
                {
                    using var packed = new UnmanagedMemoryStream(start, data.Length);
                    using var stream = new ZLibStream(packed, CompressionMode.Decompress);
                    while (stream.Read(buffer.AsSpan(kept)) is var read && read > 0)
                    {
                        total += read;
                        if (total > bytesMax)
                            return ("The PDF holds too much to be looked into. Save pictures in it as JPEG, or scan it smaller.", total);
                        var filled = kept + read;
                        if (PdfNames.Forbidden(buffer.AsSpan(0, filled), raw: false) is { } name)
                            return (Carries(name), total);
                        // A name may lie across two pieces.
                        kept = Math.Min(PdfNames.NameBytesMax, filled);
                        buffer.AsSpan(filled - kept, kept).CopyTo(buffer);
                    }
                }
            }
        }
        catch (InvalidDataException)
        {
            // Not packed after all, or damaged: a reader program gets no further here either.
        }

        return (null, total);
    }
}
