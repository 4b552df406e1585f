using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Organisations;

internal static class TransferOwnership
{
    public static readonly Operation Operation = new()
    {
        Name = "transferOwnership",
        Method = "POST",
        Path = "/organisation/ownership",
        Permission = Permissions.OrganisationOwn,
        NeedsPerson = true,
        Summary = "Give the organisation to another member",
        Description = "The member becomes an owner, and the caller an Admin instead of one. Both are told. The session must have been confirmed within the last 15 minutes. "
            + "To have several owners, assign the role Owner.",
        Body = typeof(OwnershipBody),
        BodyExample = """{"accountId":"acc_01kbexample0000000000000000"}""",
        Answer = typeof(OrganisationAnswer),
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var accountId = call.Body.Text("accountId", 64, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        if (AccountView.NotFresh(call) is { } old)
            return old;
        await call.Data.LockOwnersAsync(call.CancellationToken);
        var me = call.Caller.AccountId!;
        if (accountId == me)
            return Refusal.Of([new("accountId", ErrorCodes.InvalidValue, "'accountId' is the caller.")])!;
        if (await call.Data.People.SingleOrDefaultAsync(p => p.Id == accountId, call.CancellationToken) is not { } heir)
            return Refusal.Of([new("accountId", ErrorCodes.InvalidValue, "'accountId' is not the id of a member.")])!;
        if (heir.SuspendedAtMs is not null)
            return new Refusal(ErrorCodes.Conflict, "The member's account is suspended, so the organisation would have an owner who cannot sign in.");

        var held = await call.Data.Assignments.Where(a => (a.AccountId == me || a.AccountId == accountId) && a.ProjectId == null).ToListAsync(call.CancellationToken);
        var mine = held.Where(a => a.AccountId == me && a.RoleId == BuiltInRoles.OwnerId).ToList();
        if (mine.Count == 0)
            return new Refusal(ErrorCodes.PermissionDenied, "The caller is not an owner (any more).");
        foreach (var assignment in mine)
            call.Data.Remove(assignment);
        if (!held.Exists(a => a.AccountId == me && a.RoleId == BuiltInRoles.Admin.Id))
            call.Data.Add(Assignment(call, me, BuiltInRoles.Admin.Id));
        if (!held.Exists(a => a.AccountId == accountId && a.RoleId == BuiltInRoles.OwnerId))
            call.Data.Add(Assignment(call, accountId!, BuiltInRoles.OwnerId));
        call.Audit("organisation.transfer", call.Caller.OrganisationId, ("from", me), ("to", accountId));
        call.OwnerChanged(me);
        call.OwnerChanged(accountId!);

        var organisation = await call.Data.Organisations.SingleAsync(call.CancellationToken);
        var giver = await call.Data.People.SingleAsync(p => p.Id == me, call.CancellationToken);
        OrganisationNews.OwnershipChanged(call, organisation, giver, heir);
        return new Answer(await OrganisationView.OfAsync(call, organisation), Version: organisation.UpdatedAtMs);
    }

    private static AssignmentRow Assignment(OperationCall call, string accountId, string roleId) => new()
    {
        Id = ObjectId.New(ObjectId.Assignment, call.Now), OrganisationId = call.Caller.OrganisationId, AccountId = accountId, RoleId = roleId, Source = "direct",
        CreatedAtMs = call.NowMs, CreatedBy = call.ActorId,
    };
}
