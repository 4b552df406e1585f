namespace Sluice.Gateway.Sandbox;

/// <summary>
/// When the sandbox calls a tool of its own accord (<c>tool_choice: auto</c>): the last message is the user's, and its text has the
/// tool's name, written as it is or with spaces; or a word of the name of four letters or more that is not a mere verb
/// ("weather" of <c>get_weather</c>); or two neighbouring Chinese characters of the tool's description.
/// </summary>
internal static class ToolMatcher
{
    private static readonly string[] Verbs = ["find", "list", "create", "make", "fetch", "read", "write", "send", "show", "call", "function", "tool", "with", "from", "update", "delete", "query", "lookup", "search", "check"];

    public static List<ToolDefinition> Match(IReadOnlyList<ToolDefinition> tools, string userText)
    {
        var matches = new List<ToolDefinition>();
        if (userText.Length == 0) return matches;
        foreach (var tool in tools)
        {
            if (Matches(tool, userText)) matches.Add(tool);
        }

        return matches;
    }

    private static bool Matches(ToolDefinition tool, string text)
    {
        if (text.Contains(tool.Name, StringComparison.OrdinalIgnoreCase)) return true;
        var words = Words(tool.Name);
        if (words.Count > 1 && text.Contains(string.Join(' ', words), StringComparison.OrdinalIgnoreCase)) return true;
        foreach (var word in words)
        {
            if (word.Length >= 4 && !Verbs.Contains(word, StringComparer.OrdinalIgnoreCase) && text.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        }

        var description = tool.Description.AsSpan(0, Math.Min(tool.Description.Length, 200));
        for (var i = 0; i + 1 < description.Length; i++)
        {
            if (TextPieces.IsIdeograph(description[i]) && char.IsLetter(description[i]) && TextPieces.IsIdeograph(description[i + 1]) && char.IsLetter(description[i + 1])
                && text.AsSpan().IndexOf(description.Slice(i, 2)) >= 0) return true;
        }

        return false;
    }

    /// <summary>Words of <c>get_weather</c>, <c>get-weather</c> and <c>getWeather</c>.</summary>
    private static List<string> Words(string name)
    {
        var words = new List<string>();
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            var separator = i == name.Length || name[i] is '_' or '-';
            var hump = !separator && i > start && char.IsUpper(name[i]) && char.IsLower(name[i - 1]);
            if (!separator && !hump) continue;
            if (i > start) words.Add(name[start..i]);
            start = hump ? i : i + 1;
        }

        return words;
    }
}
