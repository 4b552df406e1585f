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
        foreach (var window in LogWindows().Where(w => w.Projects is not { } some || some.Contains(projectId)))
        {
            if (window.Days is not { } some)
                return null;
            days = Math.Max(days, some);
        }

        return days;
    }

    /// <summary>The parts of the call log that may be read; together, not each by itself.</summary>
    public IReadOnlyList<LogWindow> LogWindows() =>
    [
        .. For(Permissions.LogsRead).Select(static g => new LogWindow(g.Projects, g.Permission.Days, ShowsBodies(g.Permission))).Where(static w => w.Projects is not { Count: 0 }),
    ];

    /// <summary>Whether a model may be called through a route with a key of a project; <see langword="null"/> stands for "any there is".</summary>
    public bool AllowsCall(string? projectId, string? route, string? model) =>
        For(Permissions.ApiCall).Any(g => InReach(g, projectId) && (route is null || ReachesRoute(g.Permission, route)) && (model is null || ReachesModel(g.Permission, model)));

    /// <summary>Whether a grant reaches a project; <see langword="null"/> stands for "any there is".</summary>
    public static bool InReach(GrantedPermission grant, string? projectId) => projectId is null ? grant.Projects is not { Count: 0 } : grant.Projects is not { } some || some.Contains(projectId);

    public static bool ReachesRoute(Permission permission, string? route) =>
        permission.Routes is not { Count: > 0 } routes || (route is not null && routes.Contains(route));

    /// <param name="model">A name, a beginning with <c>*</c>, or <see langword="null"/> for every model.</param>
    public static bool ReachesModel(Permission permission, string? model) =>
        permission.Models is not { Count: > 0 } models || models.Contains("*") || (model is not null && models.Any(pattern =>
            pattern == model || (pattern.EndsWith('*') && model.StartsWith(pattern[..^1], StringComparison.Ordinal))));

    /// <summary>Whether an action is held without any limit: what an organisation's own token would have.</summary>
    public bool HoldsFully(string action) => Covers(new Permission { Action = action, Bodies = action == Permissions.LogsRead ? true : null }, null);

    /// <summary>Whether scopes of another token would stay within the scopes of this one.</summary>
    public bool ScopesReach(IReadOnlyList<string>? patterns) =>
        scopes is null || (patterns is not null && patterns.All(wanted => scopes.Any(held => held == wanted || Permissions.Matches(held, wanted))));

    /// <summary>Whether whoever holds these may give a permission on: nobody gives what they do not have.</summary>
    /// <param name="projectId">Where it would be given, or <see langword="null"/> for the whole organisation.</param>
    public bool Covers(Permission permission, string? projectId) => Uncovered(permission, projectId) is null;

    /// <summary>The first action that a permission would give further than it is held here, or <see langword="null"/>.</summary>
    public string? Uncovered(Permission permission, string? projectId)
    {
        var projects = new GrantedPermission(permission, projectId, "", "", "").Projects;
        return Permissions.All.Where(action => Permissions.Matches(permission.Action, action)).FirstOrDefault(action => !Covers(action, permission, projects));
    }

    private bool Covers(string action, Permission wanted, IReadOnlyList<string>? projects)
    {
        // What lies in no project is held for the whole organisation or not at all.
        if (!Permissions.IsInProjects(action))
            return For(action).Any(static g => g.ProjectId is null);
        // Several grants may cover a permission together, each one place of it.
        return Each(projects).All(project =>
        {
            var held = For(action).Where(g => g.Projects is not { } some || (project is not null && some.Contains(project))).Select(static g => g.Permission).ToList();
            return action switch
            {
                Permissions.ApiCall => Any(wanted.Routes).All(route => Any(wanted.Models).All(model => held.Any(p => ReachesRoute(p, route) && ReachesModel(p, model)))),
                Permissions.LogsRead => held.Any(p => (p.Days is not { } days || wanted.Days <= days) && (ShowsBodies(p) || !ShowsBodies(wanted))),
                _ => held.Count > 0,
            };
        });
    }

    private static IReadOnlyList<string?> Each(IReadOnlyList<string>? projects) => projects ?? One;

    // In a permission an empty list means any, as a missing one does; among reached projects it means none.
    private static IReadOnlyList<string?> Any(IReadOnlyList<string>? limits) => limits is { Count: > 0 } ? limits : One;

    private static IReadOnlyList<string?> One { get; } = [null];

    // Whoever may do everything sees prompts too; any other role must say so.
    private static bool ShowsBodies(Permission permission) => permission.Bodies ?? permission.Action == "*";
}

/// <summary>A part of the call log that somebody may read.</summary>
/// <param name="Projects">The projects, or <see langword="null"/> for all.</param>
/// <param name="Days">Days back from now, or <see langword="null"/> for all there is.</param>
/// <param name="Bodies">Whether prompts and answers may be read too.</param>
internal sealed record LogWindow(IReadOnlyList<string>? Projects, int? Days, bool Bodies);
