using System.Globalization;

namespace Sluice.Server.Documents;

/// <summary>Looks for names (<c>/JavaScript</c>) in the bytes of a PDF, however they are spelled (<c>/J#61vaScript</c>).</summary>
internal static class PdfNames
{
    /// <summary>Most bytes that one of the names looked for takes, every letter of it written by its number.</summary>
    public const int NameBytesMax = 1 + (3 * NameCharsMax);
    /// <summary>Stands for parts that are packed so that nobody can look into them.</summary>
    public const string Unreadable = "";
    private const int NameCharsMax = 20;

    // Each would do something by itself when the file is opened, or bring something along that was not looked at.
    private static readonly string[] Anywhere =
        ["JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "Encrypt", "RichMedia", "Rendition", "XFA", "SubmitForm", "ImportData", "GoToE"];

    // Packed otherwise than by one FlateDecode. They are refused beside object streams only: alone they are pictures.
    private static readonly string[] OtherPacking = ["ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "LZWDecode", "LZW", "RunLengthDecode", "RL", "Crypt"];

    /// <summary>The first name that must not be there, or <see langword="null"/>.</summary>
    /// <param name="raw">Whether these are the bytes of the file itself, and not what a stream holds.</param>
    public static string? Forbidden(ReadOnlySpan<byte> bytes, bool raw)
    {
        Span<char> buffer = stackalloc char[NameCharsMax];
        var (at, hasObjects, hasOther, isTwice, wasFlate) = (0, false, false, false, false);
        var (nextStream, inStream, isObjects, isPredicted) = (bytes.IndexOf("stream"u8), false, false, false);
        while (Next(bytes, ref at, buffer) is { IsEmpty: false } name)
        {
            foreach (var forbidden in Anywhere)
            {
                if (name.SequenceEqual(forbidden))
                    return forbidden;
            }

            if (!raw)
                continue;
            while (nextStream >= 0 && nextStream < at)
            {
                inStream = !bytes[..nextStream].EndsWith("end"u8) && bytes[..nextStream].TrimEnd(" \r\n\t"u8).EndsWith(">>"u8);
                (isObjects, isPredicted) = (false, false);
                var more = bytes[(nextStream + 1)..].IndexOf("stream"u8);
                nextStream = more < 0 ? -1 : nextStream + 1 + more;
            }

            // Short names happen by chance in packed bytes; no script goes without the long one.
            if (name.SequenceEqual("JS") && !inStream)
                return "JS";
            isObjects |= name.SequenceEqual("ObjStm");
            isPredicted |= name.SequenceEqual("Predictor");
            if (isObjects && isPredicted)
                return Unreadable;
            hasObjects |= isObjects;
            foreach (var other in OtherPacking)
                hasOther |= name.SequenceEqual(other);
            var isFlate = name.SequenceEqual("FlateDecode");
            isTwice |= isFlate && wasFlate;
            wasFlate = isFlate;
        }

        return hasObjects && (hasOther || isTwice) ? Unreadable : null;
    }

    /// <summary>The next name of at most <see cref="NameCharsMax"/> characters, decoded; empty at the end.</summary>
    private static ReadOnlySpan<char> Next(ReadOnlySpan<byte> bytes, ref int at, Span<char> buffer)
    {
        while (at < bytes.Length && bytes[at..].IndexOf((byte)'/') is var slash && slash >= 0)
        {
            at += slash + 1;
            var (length, from) = (0, at);
            for (; from < bytes.Length && !EndsName(bytes[from]) && length <= buffer.Length; from++, length++)
            {
                var letter = (char)bytes[from];
                if (letter == '#' && bytes.Length - from > 2 && byte.TryParse(bytes.Slice(from + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
                    (letter, from) = ((char)number, from + 2);
                if (length < buffer.Length)
                    buffer[length] = letter;
            }

            if (length > 0 && length <= buffer.Length)
                return buffer[..length];
        }

        at = bytes.Length;
        return default;
    }

    private static bool EndsName(byte letter) => letter is 0 or 9 or 10 or 12 or 13 or 32 || "()<>[]{}/%"u8.Contains(letter);
}
