using System.Numerics;

namespace Sluice.Gateway.Metering;

/// <summary>
/// Tokens of a prompt guessed from its bytes, without tokenising: good enough to hold back a limit until the upstream reports usage.
/// Leans towards too many. 0.3 tokens an ASCII character, 0.6 a Chinese, Japanese or Korean one.
/// </summary>
public static class PromptTokenEstimate
{
    /// <summary>What an image sent inside the body counts, whatever its size in bytes.</summary>
    public const int TokensPerInlineImage = 800;

    /// <summary>Estimate for a request body as sent: escape sequences count as the characters they stand for, inline images as <see cref="TokensPerInlineImage"/>.</summary>
    public static long FromBytes(ReadOnlySpan<byte> body)
    {
        var tokens = 0L;
        for (; ; )
        {
            var image = body.IndexOf(";base64,"u8);
            if (image < 0) return tokens + FromText(body);
            tokens += FromText(body[..image]);
            body = body[image..];
            var end = body.IndexOf((byte)'"');
            if (end < 0) end = body.Length;
            tokens += end > 512 ? TokensPerInlineImage : FromText(body[..end]);
            body = body[end..];
        }
    }

    /// <summary>Estimate for text as UTF-8, or as the inside of a JSON string.</summary>
    public static long FromText(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return 0;
        Tally(utf8, out var ascii, out var wide, out var other, out var escapes);
        ascii -= Math.Min(ascii, escapes * 6);
        // In tenths of a token: ASCII 0.3; the rest of the three-byte plane, written out or as \uXXXX, 0.6; two-byte scripts and emoji 1.
        return (ascii * 3 + (wide + escapes) * 6 + other * 10 + 9) / 10;
    }

    private static void Tally(ReadOnlySpan<byte> utf8, out long ascii, out long wide, out long other, out long escapes)
    {
        long continuation = 0, leads3 = 0, slashU = 0, high = 0;
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var width = Vector<byte>.Count;
            while (utf8.Length - i > width)
            {
                // A lane counts to 255 at most before it is summed.
                Vector<byte> nHigh = default, nContinuation = default, nLeads3 = default, nSlashU = default;
                for (var round = 0; round < 255 && utf8.Length - i > width; round++, i += width)
                {
                    var v = new Vector<byte>(utf8[i..]);
                    var top = v & new Vector<byte>(0xC0);
                    nHigh -= Vector.GreaterThanOrEqual(v, new Vector<byte>(0x80));
                    nContinuation -= Vector.Equals(top, new Vector<byte>(0x80));
                    nLeads3 -= Vector.Equals(v & new Vector<byte>(0xF0), new Vector<byte>(0xE0));
                    nSlashU -= Vector.Equals(v, new Vector<byte>((byte)'\\')) & Vector.Equals(new Vector<byte>(utf8[(i + 1)..]), new Vector<byte>((byte)'u'));
                }

                high += Sum(nHigh);
                continuation += Sum(nContinuation);
                leads3 += Sum(nLeads3);
                slashU += Sum(nSlashU);
            }
        }

        for (; i < utf8.Length; i++)
        {
            var b = utf8[i];
            if (b >= 0x80) high++;
            if ((b & 0xC0) == 0x80) continuation++;
            if ((b & 0xF0) == 0xE0) leads3++;
            if (b == (byte)'\\' && i + 1 < utf8.Length && utf8[i + 1] == (byte)'u') slashU++;
        }

        ascii = utf8.Length - high;
        wide = leads3;
        other = Math.Max(0, high - continuation - leads3);
        escapes = slashU;
    }

    private static long Sum(Vector<byte> v)
    {
        Vector.Widen(v, out var low, out var upper);
        return Vector.Sum(low + upper);
    }
}
