using CsCheck;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;

namespace Sluice.Server.Tests.Management.Organisations;

/// <summary>
/// Rights held against a model that knows no shortcuts: a set of single deeds (this action, in this project, through this route, with this model, a log entry so
/// many days old, with its prompt), in a world that has one of everything that no permission names.
/// </summary>
public class RightsModelTests
{
    private static readonly string?[] Projects = ["prj_1", "prj_2", "prj_3"];
    private static readonly string[] Routes = ["POST /v1/chat/completions", "GET /v1/chat/completions", "GET /v1/models"];
    private static readonly string[] Models = ["chat-1", "chat-2", "chat-unnamed", "c", "other"];
    private static readonly int[] Ages = [1, 7, 8, 30, 31, 36_500, 36_501];

    private static readonly string[] Patterns = ["*", "keys.*", "keys.read", "keys.write", "api.call", "api.*", "logs.read", "logs.*", "members.read", "members.*", "roles.write", "organisation.own", "quota.request", "upstreams.*", "tokens.write"];

    private static readonly Gen<string> Pattern = OneOf(Patterns);

    private static readonly Gen<Permission> AnyPermission =
        from action in Pattern
        from routes in Some(["POST /v1/chat/completions", "GET /v1/chat/completions"])
        from models in Some(["chat-1", "chat-2", "chat-*", "c*", "*"])
        from projects in Some(["prj_1", "prj_2"])
        from days in OneOf<int?>(null, 1, 7, 30)
        from bodies in OneOf<bool?>(null, true, false)
        select Sensible(new Permission { Action = action, Routes = routes, Models = models, Projects = projects, Days = days, Bodies = bodies });

    private static readonly Gen<GrantedPermission> Grant =
        from permission in AnyPermission
        from project in OneOf<string?>(null, null, "prj_1", "prj_2")
        select new GrantedPermission(permission, project, "rol_x", "x", "asg_x");

    private static readonly Gen<IReadOnlyList<GrantedPermission>> Grants = Grant.List[0, 4].Select(static list => (IReadOnlyList<GrantedPermission>)list);

    private static readonly Gen<IReadOnlyList<string>?> Scopes = Gen.Frequency(
        (1, Gen.Const((IReadOnlyList<string>?)null)), (3, Pattern.List[1, 4].Select(static list => (IReadOnlyList<string>?)list)));

    [Fact]
    public void What_a_token_may_do_is_what_its_person_may_and_its_scopes_hold_when_made_and_after_every_demotion() =>
        Gen.Select(Grants, Scopes, Gen.Int[0, 15]).Sample((held, scopes, kept) =>
        {
            foreach (var now in new[] { held, [.. held.Where((_, i) => (kept >> i & 1) == 1)] })
            {
                var (person, token) = (new Rights(now), new Rights(now).CutTo(scopes));
                foreach (var action in Permissions.All)
                {
                    var inScope = scopes is null || scopes.Any(s => s == "*" || s == action || (s.EndsWith(".*") && action.StartsWith(s[..^1])));
                    if (token.Allows(action) != (person.Allows(action) && inScope) || person.Allows(action) != Deeds(now).Any(d => d.Action == action))
                        return false;
                    foreach (var project in Permissions.IsInProjects(action) ? Projects : [])
                    {
                        if (token.AllowsIn(action, project!) != (inScope && Deeds(now).Any(d => d.Action == action && d.Project == project)))
                            return false;
                    }
                }
            }

            return true;
        }, iter: 10_000);

    [Fact]
    public void Somebody_covers_a_permission_exactly_if_they_may_do_every_deed_that_it_allows() =>
        Gen.Select(Grants, AnyPermission, OneOf<string?>(null, "prj_1", "prj_2")).Sample((held, wanted, project) =>
        {
            var given = new GrantedPermission(wanted, project, "", "", "");
            // In one project a role's rights over the whole organisation give nothing, but they are not given on by whoever lacks them either.
            var deeds = Deeds([given]).Concat(Actions(wanted).Where(a => !Permissions.IsInProjects(a)).Select(static a => new Deed(a, null, null, null, 0, false)));
            var mine = Deeds(held).ToHashSet();
            return new Rights(held).Covers(wanted, project) == deeds.All(mine.Contains);
        }, iter: 10_000);

    [Fact]
    public void Giving_on_what_is_covered_widens_nobody() =>
        Gen.Select(Grants, Scopes, AnyPermission, OneOf<string?>(null, "prj_1")).Sample((held, scopes, wanted, project) =>
        {
            var giver = new Rights(held).CutTo(scopes);
            if (!giver.Covers(wanted, project))
                return true;
            var before = Deeds(held).ToHashSet();
            return Deeds([.. held, new GrantedPermission(wanted, project, "", "", "")]).All(before.Contains);
        }, iter: 10_000);

    [Fact]
    public void Calls_and_logs_are_allowed_by_the_same_deeds() =>
        Grants.Sample(held =>
        {
            var rights = new Rights(held);
            var deeds = Deeds(held).ToHashSet();
            foreach (var project in Projects)
            {
                foreach (var route in Routes)
                {
                    foreach (var model in Models)
                    {
                        if (rights.AllowsCall(project, route, model) != deeds.Contains(new Deed(Permissions.ApiCall, project, route, model, 0, false)))
                            return false;
                    }
                }

                foreach (var age in Ages)
                {
                    if ((rights.LogDaysIn(project!) is not { } days || days >= age) != deeds.Contains(new Deed(Permissions.LogsRead, project, null, null, age, false)))
                        return false;
                    if (rights.LogWindows().Any(w => w.Bodies && (w.Projects is not { } some || some.Contains(project)) && (w.Days is not { } d || d >= age)) != deeds.Contains(new Deed(Permissions.LogsRead, project, null, null, age, true)))
                        return false;
                }
            }

            return true;
        }, iter: 2_000);

    [Fact]
    public void A_service_token_is_made_only_by_who_holds_its_scopes_without_any_limit() =>
        Gen.Select(Grants, Scopes).Sample((held, scopes) =>
        {
            var mine = Deeds(held).ToHashSet();
            return Permissions.All.All(action => new Rights(held).CutTo(scopes).HoldsFully(action)
                == ((scopes is null || scopes.Any(s => Permissions.Matches(s, action)))
                    && Deeds([new GrantedPermission(new Permission { Action = action, Bodies = action == Permissions.LogsRead ? true : null }, null, "", "", "")]).All(mine.Contains)));
        }, iter: 2_000);

    [Fact]
    public void A_token_made_with_a_token_stays_within_its_scopes() =>
        Gen.Select(Scopes, Scopes).Sample((held, wanted) => !Rights.Everything.CutTo(held).ScopesReach(wanted)
            || Permissions.All.All(action => !Rights.Everything.CutTo(wanted).Allows(action) || Rights.Everything.CutTo(held).Allows(action)), iter: 10_000);

    private sealed record Deed(string Action, string? Project, string? Route, string? Model, int Age, bool Body);

    private static IEnumerable<string> Actions(Permission permission) =>
        Permissions.All.Where(a => permission.Action == "*" || permission.Action == a || (permission.Action.EndsWith(".*") && a.StartsWith(permission.Action[..^1])));

    private static IEnumerable<Deed> Deeds(IReadOnlyList<GrantedPermission> grants) => grants.SelectMany(static g => Actions(g.Permission).SelectMany(action => Deeds(g, action)));

    private static IEnumerable<Deed> Deeds(GrantedPermission grant, string action)
    {
        var permission = grant.Permission;
        if (!Permissions.IsInProjects(action))
            return grant.ProjectId is null ? [new Deed(action, null, null, null, 0, false)] : [];
        var projects = Projects.Where(p => (grant.ProjectId is null || grant.ProjectId == p) && (permission.Projects is not { Count: > 0 } some || some.Contains(p!)));
        return action switch
        {
            Permissions.ApiCall =>
                from project in projects
                from route in Routes.Where(r => permission.Routes is not { Count: > 0 } some || some.Contains(r))
                from model in Models.Where(m => permission.Models is not { Count: > 0 } some || some.Any(p => p == m || (p.EndsWith('*') && m.StartsWith(p[..^1], StringComparison.Ordinal))))
                select new Deed(action, project, route, model, 0, false),
            Permissions.LogsRead =>
                from project in projects
                from age in Ages.Where(a => permission.Days is not { } days || a <= days)
                from body in permission.Bodies ?? permission.Action == "*" ? new[] { false, true } : [false]
                select new Deed(action, project, null, null, age, body),
            _ => projects.Select(project => new Deed(action, project, null, null, 0, false)),
        };
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<IReadOnlyList<string>?> Some(IReadOnlyList<string> of) => Gen.Frequency(
        (2, Gen.Const((IReadOnlyList<string>?)null)),
        (3, Gen.Int[0, (1 << of.Count) - 1].Select(bits => (IReadOnlyList<string>?)[.. of.Where((_, i) => (bits >> i & 1) == 1)])));

    // Only limits that a role can be made with.
    private static Permission Sensible(Permission permission)
    {
        var actions = Actions(permission).ToList();
        bool Limits(string name) => actions.All(a => PermissionTexts.LimitsOf(a).Contains(name));
        return permission with
        {
            Routes = Limits("routes") ? permission.Routes : null,
            Models = Limits("models") ? permission.Models : null,
            Projects = Limits("projects") ? permission.Projects : null,
            Days = Limits("days") ? permission.Days : null,
            Bodies = Limits("bodies") ? permission.Bodies : null,
        };
    }
}
