using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class DeleteMe
{
    public static readonly Operation Operation = new()
    {
        Name = "deleteMe",
        Method = "DELETE",
        Path = "/me",
        Permission = null,
        NeedsPerson = true,
        Summary = "Delete your account",
        Description = "Ends sessions and memberships at once, takes all permissions from your keys, and removes what is personal; only the id stays, where others wrote it down. "
            + "The last owner of an organisation must hand it over first. Needs a session that was confirmed within 15 minutes.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (AccountView.NotFresh(call) is { } old)
            return old;
        var (db, id) = (call.Accounts.Context, call.Caller.AccountId!);
        await Owners.LockOwnedByAsync(db, id, call.CancellationToken);
        var alone = await Owners.OnlyOwnedByAsync(db, id, call.CancellationToken);
        if (alone.Count > 0)
            return new Refusal(ErrorCodes.Conflict, $"You are the only owner of {string.Join(", ", alone)}. Give somebody else the role Owner first.");

        var organisations = await call.Accounts.MyMemberships.Select(m => m.OrganisationId).ToListAsync(call.CancellationToken);
        await db.Assignments.Where(a => a.AccountId == id).ExecuteDeleteAsync(call.CancellationToken);
        await db.Members.Where(m => m.AccountId == id).ExecuteDeleteAsync(call.CancellationToken);
        await AccountRemains.PseudonymiseAsync(call, await AccountView.MeAsync(call));
        call.Audit("account.delete", id);
        foreach (var organisation in organisations.Where(o => o != call.Caller.OrganisationId))
            call.AuditIn(organisation, "member.leave", id);
        call.OwnerChanged(id);
        return new Answer(null, Session: new SessionChange(null, call.Now));
    }
}
