namespace Sluice.Console.Layout;

/// <summary>On a page that needs nobody signed in.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OpenPageAttribute : Attribute;

/// <summary>On a page: without this permission there is nothing on it to see. With several, any of them is enough.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAttribute(params string[] permissions) : Attribute
{
    public IReadOnlyList<string> Permissions { get; } = permissions;
}

/// <summary>On a page with tables that need more room.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WidePageAttribute : Attribute;

/// <summary>On a page that links in mails lead to: the secret in its address is taken out of it, see <see cref="Serving.LinkTokens"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FromLinkAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
