using System.Text.RegularExpressions;

namespace Sluice.Gateway.Sandbox;

/// <summary>Makes a string that a schema accepts: by its format, its pattern and its length, from the user's text where that fits.</summary>
internal static class SchemaString
{
    private const int PatternMax = 256;

    public static string For(SchemaView view, string name, string userText, int index)
    {
        if (view["format"u8] is { IsString: true } format && OfFormat(format.Text()) is { } formatted) return formatted;
        var shortest = (int)Math.Clamp(view.Number("minLength"u8) ?? 0, 0, 4096);
        var longest = (int)Math.Clamp(view.Number("maxLength"u8) ?? 4096, 0, 4096);
        var said = Sized(UserPhrases.For(name, userText, index), shortest, longest);
        if (view["pattern"u8] is not { IsString: true } pattern || pattern.Text() is not { Length: <= PatternMax } expression) return said;

        foreach (var candidate in new[] { said, TextOf(view["default"u8]), TextOf(view["examples"u8].Items().FirstOrDefault()), PatternSample.Of(expression, shortest) })
        {
            if (candidate is not null && candidate.Length >= shortest && candidate.Length <= longest && Matches(candidate, expression)) return candidate;
        }

        return said;
    }

    private static string? OfFormat(string format) => format switch
    {
        "date" => "2026-01-31",
        "date-time" => "2026-01-31T12:00:00Z",
        "time" => "12:00:00Z",
        "duration" => "PT1H",
        "email" or "idn-email" => "sandbox@example.com",
        "hostname" or "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" or "url" or "iri" => "https://example.com/",
        "uuid" => "00000000-0000-4000-8000-000000000001",
        _ => null,
    };

    private static string Sized(string text, int shortest, int longest)
    {
        if (text.Length > longest) text = text[..(longest > 0 && char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
        return text.Length < shortest ? text.PadRight(shortest, 'x') : text;
    }

    private static string? TextOf(JsonSlice value) => value.IsString ? value.Text() : null;

    private static bool Matches(string candidate, string pattern)
    {
        try
        {
            // The pattern is the caller's: only an engine whose time is linear may run it.
            return Regex.IsMatch(candidate, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
