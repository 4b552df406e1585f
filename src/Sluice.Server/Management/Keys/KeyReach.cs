using Sluice.Contracts.Management;

namespace Sluice.Server.Management.Keys;

/// <summary>What a key may call: its own scope, cut by what its owner may call. In both, an empty list means anything.</summary>
internal static class KeyReach
{
    /// <summary>What is left of a scope, one entry for each of the owner's permissions that leaves something.</summary>
    public static IReadOnlyList<KeyScopeAnswer> Of(IReadOnlyList<string> routes, IReadOnlyList<string> models, IEnumerable<Permission> owners)
    {
        var left = new List<KeyScopeAnswer>();
        foreach (var permission in owners)
        {
            if (Both(routes, permission.Routes ?? []) is { } sharedRoutes && Both(models, permission.Models ?? []) is { } sharedModels)
                left.Add(new KeyScopeAnswer { Routes = sharedRoutes, Models = sharedModels });
        }

        // One that is left whole says all.
        return left.Find(part => Same(part.Routes, routes) && Same(part.Models, models)) is { } whole ? [whole] : left;
    }

    /// <summary>How the owner's rights narrow the scope, or <see langword="null"/> where they do not.</summary>
    public static KeyNarrowingAnswer? NarrowedBy(KeyOwner? owner, string projectId, IReadOnlyList<string> routes, IReadOnlyList<string> models)
    {
        if (owner is null)
            return null;
        var allowed = Of(routes, models, owner.CallsIn(projectId));
        if (allowed is [var only] && Same(only.Routes, routes) && Same(only.Models, models))
            return null;
        var (reason, message) = owner switch
        {
            { IsMember: false } => ("owner_removed", "The owner is no longer a member of the organisation, so the key does nothing. Give it another owner, or revoke it."),
            { IsSuspended: true } => ("owner_suspended", "The owner's account is suspended, so the key does nothing until that ends."),
            _ when allowed.Count == 0 => ("owner_permissions", "No role of the owner allows anything of what the key is for."),
            _ => ("owner_permissions", "The owner's roles allow only a part of what the key is for."),
        };
        return new KeyNarrowingAnswer { Reason = reason, Message = message, Allowed = allowed };
    }

    /// <summary>Whether a list of names and beginnings (<c>deepseek-*</c>) stands for a name.</summary>
    public static bool Stands(IReadOnlyList<string> patterns, string name) => patterns.Count == 0 || patterns.Any(pattern => Covers(pattern, name));

    // Null: nothing is in both, which is not the same as an empty list.
    private static List<string>? Both(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        if (a.Count == 0 || b.Count == 0)
            return [.. a, .. b];
        var shared = a.Where(x => b.Any(y => Covers(y, x))).Concat(b.Where(y => a.Any(x => Covers(x, y)))).Distinct(StringComparer.Ordinal).ToList();
        return shared.Count == 0 ? null : shared;
    }

    private static bool Covers(string pattern, string name) =>
        pattern == name || (pattern.EndsWith('*') && name.StartsWith(pattern[..^1], StringComparison.Ordinal));

    private static bool Same(IReadOnlyList<string> a, IReadOnlyList<string> b) => a.Count == b.Count && a.All(b.Contains);
}
