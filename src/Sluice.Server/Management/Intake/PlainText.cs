using System.Globalization;
using System.Text;

namespace Sluice.Server.Management.Intake;

/// <summary>What every text that is kept and shown again must be: not blank, of bounded length, one visible line.</summary>
internal static class PlainText
{
    /// <summary>What is wrong with the text, as the rest of a sentence that begins with its name; <see langword="null"/> if nothing is.</summary>
    /// <param name="lines">Whether it may have several lines.</param>
    public static string? Wrong(string text, int charsMax, bool lines = false)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "must not be empty.";
        if (text.Length > charsMax)
            return $"must have at most {charsMax} characters.";
        foreach (var rune in text.EnumerateRunes())
        {
            // Bidirectional overrides and line separators let a name pass for something else in lists and logs.
            if (lines && (rune.Value is '\n' or '\r' or '\t'))
                continue;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFEFF)
                return string.Create(CultureInfo.InvariantCulture, $"must not contain the control character U+{rune.Value:X4}.");
        }

        return null;
    }

    /// <summary>The beginning of a text of unknown origin, with what cannot be shown left out.</summary>
    public static string Shortened(string text, int charsMax)
    {
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > charsMax)
                break;
            if (Rune.IsLetterOrDigit(rune) || Rune.IsPunctuation(rune) || Rune.IsSymbol(rune) || rune.Value == ' ')
                kept.Append(rune.ToString());
        }

        return kept.ToString();
    }
}
