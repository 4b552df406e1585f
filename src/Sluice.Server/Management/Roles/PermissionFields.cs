using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

/// <summary>Reads the <c>permissions</c> of a body and holds them against the catalogue.</summary>
internal static class PermissionFields
{
    public const int CountMax = 100;
    private const int DaysMax = 36_500;
    private const int ListMax = 100;

    /// <summary>The permissions, or <see langword="null"/> if they are absent or refused.</summary>
    public static async ValueTask<IReadOnlyList<Permission>?> ReadAsync(OperationCall call, bool required)
    {
        if (call.Body.Objects("permissions", CountMax, required) is not { } entries)
            return null;
        if (entries.Count == 0)
            call.Body.Refuse("permissions", ErrorCodes.InvalidValue, "'permissions' must have at least one entry: a role that allows nothing gives nothing.");
        var projects = await call.Data.Projects.Select(p => p.Id).ToListAsync(call.CancellationToken);
        var known = new HashSet<string>(projects, StringComparer.Ordinal);
        // What a built-in role names can be named, whether or not this version serves it yet.
        var routes = call.Tools.Endpoints.Concat(BuiltInRoles.AIApplicationEngineer.Permissions.SelectMany(static p => p.Routes ?? [])).Distinct(StringComparer.Ordinal).ToList();
        return [.. entries.Select(entry => Read(entry, routes, known, call.Caller.IsOperator))];
    }

    private static Permission Read(BodyFields entry, IReadOnlyList<string> routes, HashSet<string> projects, bool isOperator)
    {
        var action = entry.Text("action", 100, required: true);
        if (action is not null && !Permissions.IsKnown(action))
        {
            entry.Refuse("action", ErrorCodes.InvalidValue, $"'{StrictJson.Shown(action)}' is not an action; see GET /api/v1/permissions. A whole group is written as 'keys.*', everything as '*'.");
            action = null;
        }

        if (action is not null && !isOperator && Permissions.All.Where(a => Permissions.Matches(action, a)).All(Permissions.IsOperators))
            entry.Refuse("action", ErrorCodes.InvalidValue, $"'{action}' is about the installation: only the operator's organisation has it.");
        var permission = new Permission
        {
            Action = action ?? "",
            Routes = NullIfEmpty(entry.Texts("routes", ListMax, 100, route => routes.Contains(route, StringComparer.Ordinal)
                ? (route, null)
                : (null, $"'{StrictJson.Shown(route)}' is not a known route. Known are: {string.Join(", ", routes)}."))),
            Models = NullIfEmpty(entry.Texts("models", ListMax, 128, ModelPattern)),
            Projects = NullIfEmpty(entry.Texts("projects", ListMax, 64, id => projects.Contains(id) ? (id, null) : (null, $"'{StrictJson.Shown(id)}' is not the id of a project."))),
            Days = (int?)entry.Whole("days", 1, DaysMax),
            Bodies = entry.Flag("bodies"),
        };
        if (action is not null)
            RefuseSenseless(entry, permission);
        return permission;
    }

    // A limit that limits nothing would be read as if it did.
    private static void RefuseSenseless(BodyFields entry, Permission permission)
    {
        var actions = Permissions.All.Where(a => Permissions.Matches(permission.Action, a)).ToList();
        foreach (var (name, given) in new[]
        {
            ("routes", permission.Routes is not null), ("models", permission.Models is not null), ("projects", permission.Projects is not null),
            ("days", permission.Days is not null), ("bodies", permission.Bodies is not null),
        })
        {
            if (given && !actions.All(action => PermissionTexts.LimitsOf(action).Contains(name)))
                entry.Refuse(name, ErrorCodes.InvalidValue, $"'{name}' does not limit '{permission.Action}'. See `limits` in GET /api/v1/permissions.");
        }
    }

    private static IReadOnlyList<string>? NullIfEmpty(IReadOnlyList<string>? list) => list is { Count: 0 } ? null : list;

    private static (string? Kept, string? Wrong) ModelPattern(string text)
    {
        var star = text.IndexOf('*', StringComparison.Ordinal);
        return text.Any(char.IsWhiteSpace) || (star >= 0 && star != text.Length - 1)
            ? (null, $"'{StrictJson.Shown(text)}' must be a model name (deepseek-chat) or a beginning followed by one '*' (deepseek-*), without spaces.")
            : (text, null);
    }
}
