using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

internal static class DeleteAssignment
{
    public static readonly Operation Operation = new()
    {
        Name = "deleteAssignment",
        Method = "DELETE",
        Path = "/assignments/{id}",
        Permission = Permissions.RolesWrite,
        Summary = "Take a role away from a member",
        Description = "Holds from their next call on, and for their keys. Owners are unmade by owners, and the last one stays. A role that an identity provider gives (`source` is `claims`) comes back at the next sign-in.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        await call.Data.LockOwnersAsync(call.CancellationToken);
        if (await call.Data.Assignments.SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken) is not { } row)
            return Outcome.NotFound;
        if (await Giving.OwnersOnlyAsync(call, [row.RoleId]) is { } ownersOnly)
            return ownersOnly;
        if (row is { RoleId: BuiltInRoles.OwnerId, ProjectId: null } && !await call.Data.IsOwnedWithoutAsync(row.Id, call.CancellationToken))
            return new Refusal(ErrorCodes.Conflict, "It makes the organisation's last owner who can sign in. Make somebody else an owner first.");
        call.Data.Remove(row);
        call.Audit("assignment.delete", row.Id, ("accountId", row.AccountId), ("roleId", row.RoleId), ("projectId", row.ProjectId));
        call.OwnerChanged(row.AccountId);
        return new Answer(null);
    }
}
