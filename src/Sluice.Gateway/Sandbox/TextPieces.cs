namespace Sluice.Gateway.Sandbox;

/// <summary>Cuts text into pieces of about a token, the way it looks when a model streams.</summary>
internal static class TextPieces
{
    /// <summary>Longest piece, in characters.</summary>
    public const int PieceMax = 16;

    /// <summary>Characters of the first piece of <paramref name="text"/>; 0 only for no text.</summary>
    public static int First(ReadOnlySpan<char> text)
    {
        var end = Math.Min(text.Length, PieceMax);
        var i = 0;
        while (i < end && char.IsWhiteSpace(text[i])) i++;
        if (i < end && IsWord(text[i]))
        {
            while (i < end && IsWord(text[i])) i++;
        }
        else if (i < end)
        {
            i += char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
            if (i < end && IsIdeograph(text[i - 1]) && IsIdeograph(text[i])) i++;
        }

        if (i > 1 && char.IsHighSurrogate(text[i - 1])) i--;
        return i;
    }

    public static bool IsIdeograph(char c) => c is >= '\u2E80' and <= '\u9FFF' or >= '\uAC00' and <= '\uD7AF' or >= '\uF900' and <= '\uFAFF';

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) && !IsIdeograph(c);
}
