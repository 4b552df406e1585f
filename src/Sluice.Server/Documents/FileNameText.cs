using System.Globalization;
using System.Text;

namespace Sluice.Server.Documents;

/// <summary>Names of uploaded files, made fit for being shown and for being saved under on any machine.</summary>
internal static class FileNameText
{
    private const int CharsMax = 100;
    private const string Kept = "-_.()[] +,&'~";
    private static readonly string[] Reserved = ["CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9"];

    /// <summary>The name's last part without anything but letters, digits and a few marks, with the ending that goes with its kind.</summary>
    /// <param name="extension">With its dot.</param>
    public static string Clean(string name, string extension)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var dot = last.LastIndexOf('.');
        var stem = new StringBuilder();
        foreach (var rune in (dot > 0 ? last[..dot] : last).Normalize(NormalizationForm.FormC).EnumerateRunes())
        {
            if (stem.Length + rune.Utf16SequenceLength > CharsMax - extension.Length)
                break;
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark || (rune.IsAscii && Kept.Contains((char)rune.Value, StringComparison.Ordinal)))
                stem.Append(rune.ToString());
        }

        var clean = stem.ToString().Trim(' ', '.');
        if (clean.Length == 0)
            clean = "document";
        return (Reserved.Contains(clean.Split('.')[0].Trim(), StringComparer.OrdinalIgnoreCase) ? "_" + clean : clean) + extension;
    }

    /// <summary>The ending in lower case, with its dot; empty where there is none.</summary>
    public static string Extension(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot < 0 ? "" : name[dot..].ToLowerInvariant();
    }
}
