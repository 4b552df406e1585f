using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

/// <summary>The one rule of giving: nobody gives on, by a role, an assignment, an invitation or a token, more than they have themselves at that moment.</summary>
internal static class Giving
{
    /// <summary>What the caller may do now, read again inside the transaction: they may have been demoted while the call waited for its turn.</summary>
    public static async ValueTask<Rights> RightsAsync(OperationCall call) =>
        call.Caller.AccountId is { } accountId
            ? (await call.Data.RightsOfAsync(accountId, call.CancellationToken))?.CutTo(call.Caller.Rights.Scopes) ?? Rights.None
            : call.Caller.Rights;

    /// <summary>A role that can be given in the caller's organisation, or <see langword="null"/>.</summary>
    public static async ValueTask<Role?> FindAsync(OperationCall call, string roleId)
    {
        if (BuiltInRoles.Find(roleId) is { } builtIn)
            return builtIn.Id != BuiltInRoles.OperatorId || call.Caller.IsOperator ? builtIn : null;
        return await call.Data.Roles.AsNoTracking().SingleOrDefaultAsync(r => r.Id == roleId, call.CancellationToken) is { } row ? RightsReader.Of(row) : null;
    }

    /// <summary>What stands against giving a role, in the organisation or in one project.</summary>
    public static Refusal? Refused(Rights giver, Role role, string? projectId)
    {
        if (role.Id == BuiltInRoles.OwnerId && !giver.Allows(Permissions.OrganisationOwn))
            return OwnersOnly;
        if (projectId is not null && role.Id is BuiltInRoles.OwnerId or BuiltInRoles.OperatorId)
            return Refusal.Of([new("projectId", ErrorCodes.InvalidValue, $"The role {role.Name} holds in the whole organisation only; leave 'projectId' out.")]);
        if (projectId is not null && !role.Permissions.Any(static p => Permissions.All.Any(action => Permissions.IsInProjects(action) && Permissions.Matches(p.Action, action))))
            return Refusal.Of([new("projectId", ErrorCodes.InvalidValue, $"The role {role.Name} allows nothing that lies in a project, so in one project it would allow nothing at all.")]);
        foreach (var permission in role.Permissions)
        {
            if (giver.Uncovered(permission, projectId) is { } action)
                return Beyond($"The role '{role.Name}'", action);
        }

        return null;
    }

    public static Refusal Beyond(string what, string action) =>
        new(ErrorCodes.PermissionDenied, $"{what} would allow '{action}' further than the caller may, and nobody gives what they do not have. Ask an owner.");

    /// <summary>Refuses whoever is no owner where one of the roles makes owners.</summary>
    public static async ValueTask<Refusal?> OwnersOnlyAsync(OperationCall call, IEnumerable<string> roleIds)
    {
        var ids = roleIds.ToList();
        var custom = await call.Data.Roles.AsNoTracking().Where(r => ids.Contains(r.Id)).ToListAsync(call.CancellationToken);
        var owning = ids.Select(BuiltInRoles.Find).OfType<Role>().Concat(custom.Select(RightsReader.Of)).Any(GivesOwnership);
        return owning && !(await RightsAsync(call)).Allows(Permissions.OrganisationOwn) ? OwnersOnly : null;
    }

    public static bool GivesOwnership(Role role) => role.Permissions.Any(static p => Permissions.Matches(p.Action, Permissions.OrganisationOwn));

    private static Refusal OwnersOnly { get; } = new(ErrorCodes.PermissionDenied, $"It needs '{Permissions.OrganisationOwn}': only an owner makes or unmakes owners.");
}
