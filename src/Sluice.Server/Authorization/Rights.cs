using Sluice.Contracts.Management;

namespace Sluice.Server.Authorization;

/// <summary>A permission that somebody holds, and by what.</summary>
/// <param name="ProjectId">The one project that the role was given in, or <see langword="null"/> for the whole organisation.</param>
/// <param name="AssignmentId"><c>asg_…</c>; empty for what a token holds by itself.</param>
internal sealed record GrantedPermission(Permission Permission, string? ProjectId, string RoleId, string RoleName, string AssignmentId)
{
    /// <summary>The projects it reaches, or <see langword="null"/> for all.</summary>
    public IReadOnlyList<string>? Projects => (ProjectId, Permission.Projects) switch
    {
        (null, null or { Count: 0 }) => null,
        (null, var listed) => listed,
        (var one, null or { Count: 0 }) => [one],
        var (one, listed) => listed.Contains(one) ? [one] : [],
    };
}

/// <summary>Everything that one caller may do in one organisation now. Permissions add up; nothing takes away.</summary>
/// <param name="granted">What was given.</param>
/// <param name="scopes">Patterns that a token is cut down to, or <see langword="null"/>.</param>
internal sealed class Rights(IReadOnlyList<GrantedPermission> granted, IReadOnlyList<string>? scopes = null)
{
    public static readonly Rights None = new([]);

    /// <summary>What an organisation's own token holds.</summary>
    public static readonly Rights Everything = new([new GrantedPermission(new Permission { Action = "*" }, null, BuiltInRoles.OwnerId, BuiltInRoles.Owner.Name, "")]);

    public IReadOnlyList<GrantedPermission> Granted => granted;

    public IReadOnlyList<string>? Scopes => scopes;

    public Rights CutTo(IReadOnlyList<string>? patterns) => patterns is null ? this : new Rights(granted, patterns);

    /// <summary>The grants that allow an action, where the token's scopes let it through.</summary>
    public IEnumerable<GrantedPermission> For(string action) =>
        scopes is null || scopes.Any(pattern => Permissions.Matches(pattern, action)) ? granted.Where(g => Permissions.Matches(g.Permission.Action, action)) : [];

    /// <summary>Whether the action is allowed somewhere: in the organisation, or, for what lies in projects, in one of them.</summary>
    public bool Allows(string action) => Permissions.IsInProjects(action)
        ? For(action).Any(static g => g.Projects is not { Count: 0 })
        : For(action).Any(static g => g.ProjectId is null);

    /// <summary>The projects that the action is allowed in, or <see langword="null"/> for the whole organisation.</summary>
    public IReadOnlyList<string>? ProjectsOf(string action)
    {
        var projects = new List<string>();
        foreach (var grant in For(action))
        {
            if (grant.Projects is not { } some)
                return null;
            projects.AddRange(some);
        }

        return [.. projects.Distinct(StringComparer.Ordinal)];
    }

    public bool AllowsIn(string action, string projectId) => ProjectsOf(action) is not { } projects || projects.Contains(projectId);

    /// <summary>How many days back call logs of a project may be read: <see langword="null"/> is without limit, 0 not at all.</summary>
    public int? LogDaysIn(string projectId)
    {
        var days = 0;
        foreach (var grant in For(Permissions.LogsRead).Where(g => g.Projects is not { } some || some.Contains(projectId)))
        {
            if (grant.Permission.Days is not { } some)
                return null;
            days = Math.Max(days, some);
        }

        return days;
    }

    /// <summary>Whether whoever holds these may give a permission on: nobody gives what they do not have.</summary>
    /// <param name="projectId">Where it would be given, or <see langword="null"/> for the whole organisation.</param>
    public bool Covers(Permission permission, string? projectId)
    {
        var wanted = new GrantedPermission(permission, projectId, "", "", "");
        return Permissions.All.Where(action => Permissions.Matches(permission.Action, action)).All(action =>
        {
            // A pattern that reaches the operator's actions gives nothing outside the operator's organisation, where nobody holds them.
            return For(action).Any(held => Reaches(held.Projects, wanted.Projects)
                && (action != Permissions.ApiCall || (Reaches(AnyAsNull(held.Permission.Routes), AnyAsNull(permission.Routes)) && ReachesModels(held.Permission.Models, permission.Models)))
                && (action != Permissions.LogsRead || ((held.Permission.Days is not { } days || permission.Days <= days) && (HasBodies(held.Permission) || !HasBodies(permission)))));
        });
    }

    // Whoever may do everything sees prompts too; any other role must say so.
    private static bool HasBodies(Permission permission) => permission.Bodies ?? permission.Action == "*";

    private static bool Reaches(IReadOnlyList<string>? held, IReadOnlyList<string>? wanted) =>
        held is null || (wanted is not null && wanted.All(held.Contains));

    private static IReadOnlyList<string>? AnyAsNull(IReadOnlyList<string>? list) => list is { Count: 0 } ? null : list;

    private static bool ReachesModels(IReadOnlyList<string>? held, IReadOnlyList<string>? wanted) =>
        held is null or { Count: 0 } || (wanted is { Count: > 0 } && wanted.All(model => held.Any(pattern =>
            pattern == model || (pattern.EndsWith('*') && model.StartsWith(pattern[..^1], StringComparison.Ordinal)))));
}
