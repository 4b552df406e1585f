using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Organisations;

internal static class DeleteOrganisation
{
    public static readonly Operation Operation = new()
    {
        Name = "deleteOrganisation",
        Method = "DELETE",
        Path = "/organisation",
        Permission = Permissions.OrganisationOwn,
        NeedsPerson = true,
        Summary = "Delete the organisation that the call acts in, for good",
        Description = "Refused while a key of it works: revoke or disable them first, so that no application stops by surprise. All members lose it, its keys and tokens are revoked, and open invitations and applications withdrawn; members are told. "
            + "The audit log and the call records stay until their retention ends. The session must have been confirmed within the last 15 minutes. The operator's organisation cannot be deleted.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Caller.IsOperator)
            return new Refusal(ErrorCodes.Conflict, "It runs this installation, so it cannot be deleted.");
        if (AccountView.NotFresh(call) is { } old)
            return old;
        var token = call.CancellationToken;
        await call.Data.LockOwnersAsync(token);
        var working = await call.Data.Keys.With(KeyStatuses.Active, call.NowMs).CountAsync(token);
        if (working > 0)
            return new Refusal(ErrorCodes.Conflict, $"{working} of its keys still work. Revoke or disable them first.");

        var organisation = await call.Data.Organisations.SingleAsync(token);
        var people = await call.Data.People.ToListAsync(token);
        foreach (var person in people)
            OrganisationNews.Deleted(call, organisation, person);
        foreach (var key in await call.Data.Keys.Where(k => k.RevokedAtMs == null).ToListAsync(token))
        {
            key.RevokedAtMs = call.NowMs;
            key.UpdatedAtMs = call.Touch(key.UpdatedAtMs);
        }

        // Tracked and not in bulk: all of it is written at once with the audit entries, or not at all.
        foreach (var assignment in await call.Data.Assignments.ToListAsync(token))
            call.Data.Remove(assignment);
        foreach (var member in await call.Data.Members.ToListAsync(token))
            call.Data.Remove(member);
        foreach (var management in await call.Data.ManagementTokens.Where(t => t.RevokedAtMs == null).ToListAsync(token))
            management.RevokedAtMs = call.NowMs;
        foreach (var invitation in await call.Data.Invitations.Where(i => i.AcceptedAtMs == null && i.RevokedAtMs == null).ToListAsync(token))
            invitation.RevokedAtMs = call.NowMs;
        foreach (var application in await call.Data.EnterpriseApplications.Where(a => a.Status == "submitted").ToListAsync(token))
            application.Status = "withdrawn";
        foreach (var application in await call.Data.QuotaApplications.Where(a => a.Status == "open").ToListAsync(token))
            application.Status = "withdrawn";
        foreach (var ticket in await call.Data.Tickets.Where(t => t.Status != "closed").ToListAsync(token))
            (ticket.Status, ticket.ClosedAtMs) = ("closed", call.NowMs);
        organisation.DeletedAtMs = call.NowMs;
        organisation.ReviewEveryDays = 0;
        organisation.UpdatedAtMs = call.Touch(organisation.UpdatedAtMs);
        call.Audit("organisation.delete", organisation.Id, ("members", people.Count));
        call.OrganisationChanged(organisation.Id);
        return new Answer(null);
    }
}
