namespace Sluice.Console.Language;

/// <summary>Roles as people read them: those that are built in have a name in every language, an organisation's own have the one that it gave.</summary>
public static class RoleWords
{
    public static bool IsBuiltIn(string id) => id.StartsWith("role_", StringComparison.Ordinal);

    public static string Name(Words words, string id, string name) => words.IsChinese && IsBuiltIn(id) ? words.Code("role", id) : name;

    public static string Description(Words words, string id, string description) => words.IsChinese && IsBuiltIn(id) ? words.Code("role-about", id) : description;
}
