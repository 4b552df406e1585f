namespace Sluice.Console.Language;

/// <summary>Roles as people read them: those that are built in have a name in every language, an organisation's own have the one that it gave.</summary>
public static class RoleWords
{
    private static readonly string[] BuiltIn = ["Owner", "Admin", "Developer", "Billing", "Auditor", "AI Application Engineer", "Operator"];

    public static bool IsBuiltIn(string id) => id.StartsWith("role_", StringComparison.Ordinal);

    public static string Name(Words words, string id, string name) => words.IsChinese && IsBuiltIn(id) ? words.Code("role", id) : name;

    /// <summary>Where only the name is known. An organisation's own role cannot have the name of a built-in one.</summary>
    public static string Name(Words words, string name)
    {
        var id = name == "AI Application Engineer" ? "role_ai_engineer" : "role_" + name.ToLowerInvariant();
        return BuiltIn.Contains(name) ? Name(words, id, name) : name;
    }

    public static string Description(Words words, string id, string description) => words.IsChinese && IsBuiltIn(id) ? words.Code("role-about", id) : description;
}
