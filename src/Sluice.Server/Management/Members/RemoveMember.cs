using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Organisations;
using Sluice.Server.Management.Roles;

namespace Sluice.Server.Management.Members;

/// <summary>Ends a membership: taken away by another, or given up by the member.</summary>
internal static class RemoveMember
{
    public static readonly Operation Delete = new()
    {
        Name = "removeMember",
        Method = "DELETE",
        Path = "/members/{id}",
        Permission = Permissions.MembersWrite,
        Summary = "Remove a member",
        Description = "Their roles, their tokens and the invitations that they made here end; keys of theirs are refused on this node when the call returns, and stay listed. They are told. Only an owner removes an owner, and the last owner stays.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = static call => RunAsync(call, call.Id, leaves: false),
    };

    public static readonly Operation Leave = new()
    {
        Name = "leaveOrganisation",
        Method = "POST",
        Path = "/members/me/leave",
        Permission = null,
        NeedsPerson = true,
        Summary = "Leave the organisation that the call acts in",
        Description = "As if removed: roles, tokens and invitations end, and keys of the caller stop working. The last owner cannot leave; give the organisation away or delete it.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = static call => RunAsync(call, call.Caller.AccountId!, leaves: true),
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call, string accountId, bool leaves)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (leaves && call.Caller.OrganisationId.Length == 0)
            return new Refusal(ErrorCodes.Conflict, "The caller belongs to no organisation.");
        if (leaves && call.Caller.SessionId is null)
            return new Refusal(ErrorCodes.PermissionDenied, "A token does not leave for its person. Sign in.");
        var token = call.CancellationToken;
        await call.Data.LockOwnersAsync(token);
        if (await call.Data.Members.SingleOrDefaultAsync(m => m.AccountId == accountId, token) is not { } member)
            return leaves ? new Refusal(ErrorCodes.Conflict, "The caller does not belong to the organisation any more.") : Outcome.NotFound;
        var assignments = await call.Data.Assignments.Where(a => a.AccountId == accountId).ToListAsync(token);
        if (!leaves && await Giving.OwnersOnlyAsync(call, assignments.Select(a => a.RoleId)) is { } ownersOnly)
            return ownersOnly;
        if (assignments.Exists(a => a.RoleId == BuiltInRoles.OwnerId) && !await call.Data.IsOwnedBesideAsync(accountId, token))
            return new Refusal(ErrorCodes.Conflict, "It is the organisation's last owner who can sign in. Make somebody else an owner first.");

        foreach (var assignment in assignments)
            call.Data.Remove(assignment);
        call.Data.Remove(member);
        // Not left to the missing membership alone: should the person be invited again, these do not come to life.
        foreach (var management in await call.Data.ManagementTokens.Where(t => t.AccountId == accountId && t.RevokedAtMs == null).ToListAsync(token))
            management.RevokedAtMs = call.NowMs;
        foreach (var invitation in await call.Data.Invitations.Where(i => i.CreatedBy == accountId && i.AcceptedAtMs == null && i.RevokedAtMs == null).ToListAsync(token))
            invitation.RevokedAtMs = call.NowMs;
        call.Audit(leaves ? "member.leave" : "member.remove", accountId, ("roleIds", assignments.Select(a => a.RoleId)));
        call.OwnerChanged(accountId);
        if (!leaves)
        {
            var organisation = await call.Data.Organisations.AsNoTracking().SingleAsync(token);
            OrganisationNews.Removed(call, organisation, await call.Data.People.AsNoTracking().SingleAsync(p => p.Id == accountId, token));
        }

        return new Answer(null);
    }
}
