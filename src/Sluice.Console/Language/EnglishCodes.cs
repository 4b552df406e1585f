namespace Sluice.Console.Language;

/// <summary>How codes read in English where that is not the code itself with its underscores opened.</summary>
internal static class EnglishCodes
{
    public static string Of(string kind, string code)
    {
        if (kind == "permission" && PermissionWords.InEnglish(code) is { } permission) return permission;
        if (kind == "action" && ActionWords.InEnglish(code) is { } action) return action;
        if (GovernanceCodes.InEnglish(kind, code) is { } governed) return governed;
        var opened = code.Replace('_', ' ');
        return opened.Length == 0 || kind == "raw" ? opened : char.ToUpperInvariant(opened[0]) + opened[1..];
    }
}
