namespace Sluice.Gateway.Sandbox;

/// <summary>The part of a prompt that an answer repeats.</summary>
internal static class PromptExcerpt
{
    /// <summary>At most <paramref name="max"/> characters of <paramref name="text"/> on one line.</summary>
    public static string Of(ReadOnlySpan<char> text, int max)
    {
        text = text.Trim();
        var cut = text.Length > max;
        if (cut)
        {
            text = text[..max];
            if (char.IsHighSurrogate(text[^1])) text = text[..^1];
        }

        var line = string.Create(text.Length, text, static (destination, source) =>
        {
            for (var i = 0; i < source.Length; i++) destination[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
        return cut ? line + "…" : line;
    }

    public static bool IsChinese(ReadOnlySpan<char> text)
    {
        var ideographs = 0;
        foreach (var c in text)
        {
            if (TextPieces.IsIdeograph(c)) ideographs++;
        }

        return ideographs * 5 > text.Length;
    }
}
