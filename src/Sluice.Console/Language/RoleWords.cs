namespace Sluice.Console.Language;

/// <summary>Names of the roles that every organisation has, in the reader's language; an organisation's own are called what it calls them.</summary>
public static class RoleWords
{
    private static readonly HashSet<string> BuiltIn = new(["Owner", "Admin", "Developer", "Billing", "Auditor", "AI Application Engineer", "Operator"], StringComparer.Ordinal);

    public static string Name(Words words, string name) => BuiltIn.Contains(name) && words.IsChinese ? words.Code("role", name.ToLowerInvariant().Replace(' ', '_')) : name;
}
