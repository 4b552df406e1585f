using System.Buffers.Text;

namespace Sluice.Gateway.Requests;

/// <summary>Looks at JSON strings as they were sent, escapes and all.</summary>
internal static class EscapedText
{
    /// <summary>Escapes of half a surrogate pair are not text: storage and upstreams choke on them.</summary>
    public static bool HasLoneSurrogate(ReadOnlySpan<byte> text)
    {
        for (var i = text.IndexOf("\\u"u8); i >= 0;)
        {
            var next = i + 2;
            if (IsEscape(text, i) && text.Length >= i + 6)
            {
                var unit = Unit(text, i);
                if (char.IsLowSurrogate(unit)) return true;
                next = i + 6;
                if (char.IsHighSurrogate(unit))
                {
                    if (text.Length < i + 12 || text[i + 6] != '\\' || text[i + 7] != 'u' || !char.IsLowSurrogate(Unit(text, i + 6))) return true;
                    next = i + 12;
                }
            }

            var step = text[next..].IndexOf("\\u"u8);
            i = step < 0 ? -1 : next + step;
        }

        return false;
    }

    /// <summary>An escaped backslash before the 'u' is text, not an escape.</summary>
    private static bool IsEscape(ReadOnlySpan<byte> text, int at)
    {
        var backslashes = 1;
        while (at - backslashes >= 0 && text[at - backslashes] == '\\') backslashes++;
        return backslashes % 2 == 1;
    }

    private static char Unit(ReadOnlySpan<byte> text, int at)
        => Utf8Parser.TryParse(text.Slice(at + 2, 4), out ushort unit, out _, 'x') ? (char)unit : '\0';
}
