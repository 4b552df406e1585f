namespace Sluice.Console.Language;

/// <summary>How codes read in English where that is not the code itself with its underscores opened.</summary>
internal static class EnglishCodes
{
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["trial:resolve"] = "Name is resolved", ["trial:connect"] = "Connection is made", ["trial:tls"] = "Connection is secured (TLS)", ["trial:authenticate"] = "API key is accepted", ["trial:completion"] = "A model answers",
        ["verdict:notReached"] = "Not reached",
        ["method:setup"] = "Set-up link", ["method:oidc"] = "Single sign-on",
    };

    public static string Of(string kind, string code)
    {
        if (kind == "permission" && PermissionWords.InEnglish(code) is { } permission) return permission;
        if (Texts.TryGetValue($"{kind}:{code}", out var text)) return text;
        if (kind == "action" && ActionWords.InEnglish(code) is { } action) return action;
        if (GovernanceCodes.InEnglish(kind, code) is { } governed) return governed;
        var opened = code.Replace('_', ' ');
        return opened.Length == 0 || kind == "raw" ? opened : char.ToUpperInvariant(opened[0]) + opened[1..];
    }
}
