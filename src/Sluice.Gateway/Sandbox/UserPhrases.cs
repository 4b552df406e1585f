using System.Globalization;

namespace Sluice.Gateway.Sandbox;

/// <summary>What can be lifted from a user's message to fill an argument with: quoted text, names, a number. Plain rules, no language model.</summary>
internal static class UserPhrases
{
    private static readonly string[] Prepositions = ["in", "at", "for", "to", "from", "of", "about", "near", "with", "between", "weather"];
    private static readonly string[] WholeText = ["query", "question", "prompt", "text", "message", "input", "content", "search", "sentence", "expression", "description", "code"];
    private static readonly (char Open, char Close)[] Quotes = [('"', '"'), ('“', '”'), ('「', '」'), ('\'', '\''), ('`', '`')];

    /// <summary>A value for the string argument <paramref name="name"/>.</summary>
    /// <param name="variant">Which of several candidates, from 0.</param>
    public static string For(string name, string text, int variant)
    {
        var whole = PromptExcerpt.Of(text, 200);
        if (whole.Length == 0) return "sandbox";
        if (Array.Exists(WholeText, w => name.Contains(w, StringComparison.OrdinalIgnoreCase))) return whole;
        if (Quoted(text) is { } quoted) return quoted;
        var names = Names(text);
        return names.Count > 0 ? names[variant % names.Count] : PromptExcerpt.Of(text, 64);
    }

    /// <summary>Capitalised names that follow a preposition, as "Oslo" and "New York" in "weather in Oslo and New York?"; failing that, any after the first word.</summary>
    public static IReadOnlyList<string> Names(string text)
    {
        var words = PromptExcerpt.Of(text, 400).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length - 1; i++)
        {
            if (Array.Exists(Prepositions, p => p.Equals(words[i], StringComparison.OrdinalIgnoreCase)) && Run(words, i + 1) is { Count: > 0 } names) return names;
        }

        for (var i = 1; i < words.Length; i++)
        {
            if (!EndsSentence(words[i - 1]) && words[i] is not "I" && Run(words, i) is { Count: > 0 } names) return names;
        }

        return [];
    }

    public static double? Number(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i])) continue;
            var end = i;
            while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))) end++;
            var start = i > 0 && text[i - 1] == '-' && (i == 1 || text[i - 2] == ' ') ? i - 1 : i;
            return double.TryParse(text.AsSpan(start, end - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        return null;
    }

    private static string? Quoted(string text)
    {
        foreach (var (open, close) in Quotes)
        {
            var start = text.IndexOf(open, StringComparison.Ordinal);
            // An apostrophe inside a word opens nothing.
            if (start < 0 || start > 0 && open == '\'' && char.IsLetterOrDigit(text[start - 1])) continue;
            var end = text.IndexOf(close, start + 1);
            if (end > start + 1 && end - start <= 200) return PromptExcerpt.Of(text.AsSpan(start + 1, end - start - 1), 200);
        }

        return null;
    }

    /// <summary>Names from word <paramref name="i"/> on: capitalised words, separated by commas and "and".</summary>
    private static List<string> Run(string[] words, int i)
    {
        var names = new List<string>();
        var name = "";
        for (; i < words.Length; i++)
        {
            var bare = words[i].Trim('.', ',', '?', '!', ';', ':', '"', '(', ')');
            if (bare.EndsWith("'s", StringComparison.Ordinal)) bare = bare[..^2];
            if (bare is "and" or "or" or "&" && (name.Length > 0 || names.Count > 0))
            {
                if (name.Length > 0) names.Add(name);
                name = "";
                continue;
            }

            if (bare.Length == 0 || !char.IsUpper(bare[0])) break;
            name = name.Length == 0 ? bare : name + " " + bare;
            if (!words[i].EndsWith(bare, StringComparison.Ordinal))
            {
                names.Add(name);
                name = "";
                if (!words[i].EndsWith(',')) break;
            }
        }

        if (name.Length > 0) names.Add(name);
        return names;
    }

    private static bool EndsSentence(string word) => word[^1] is '.' or '!' or '?' or ':';
}
