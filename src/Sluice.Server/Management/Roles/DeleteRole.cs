using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

internal static class DeleteRole
{
    public static readonly Operation Operation = new()
    {
        Name = "deleteRole",
        Method = "DELETE",
        Path = "/roles/{id}",
        Permission = Permissions.RolesWrite,
        Summary = "Delete a role of the organisation's own",
        Description = "Refused while somebody holds it or an open invitation offers it.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        // Assignments name a role without the database holding them to it, so whoever gives roles waits here.
        await call.Data.LockOwnersAsync(call.CancellationToken);
        var row = await call.Data.Roles.SingleOrDefaultAsync(r => r.Id == call.Id, call.CancellationToken);
        if (row is null)
            return await Giving.FindAsync(call, call.Id) is null ? Outcome.NotFound : RoleView.BuiltIn;
        if (await Giving.OwnersOnlyAsync(call, [row.Id]) is { } ownersOnly)
            return ownersOnly;
        var held = await call.Data.Assignments.CountAsync(a => a.RoleId == row.Id, call.CancellationToken);
        if (held > 0)
            return new Refusal(ErrorCodes.Conflict, $"It is assigned {held} times. Take those assignments away first.");
        var offered = await call.Data.Invitations.CountAsync(i => i.RoleId == row.Id && i.AcceptedAtMs == null && i.RevokedAtMs == null && i.ExpiresAtMs > call.NowMs, call.CancellationToken);
        if (offered > 0)
            return new Refusal(ErrorCodes.Conflict, $"{offered} open invitations offer it. Revoke them first.");
        call.Data.Remove(row);
        call.Audit("role.delete", row.Id, ("name", row.Name), ("permissions", row.Permissions));
        return new Answer(null);
    }
}
