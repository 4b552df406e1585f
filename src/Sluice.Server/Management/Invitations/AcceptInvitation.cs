using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Members;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Invitations;

internal static class AcceptInvitation
{
    private const int MembersMax = 10_000;

    public static readonly Operation Operation = new()
    {
        Name = "acceptInvitation",
        Method = "POST",
        Path = "/invitations/accept",
        Permission = null,
        NeedsPerson = true,
        Summary = "Accept an invitation and join the organisation",
        Description = "The caller's verified e-mail address must be the invited one. An unknown, used, withdrawn or expired token and one that was sent to somebody else are refused alike. "
            + "Whoever invited must still be able to give the role. Send either the `token` of the link or the `invitationId` that `GET /api/v1/me/invitations` lists.",
        Body = typeof(AcceptInvitationBody),
        BodyExample = """{"token":"inv_from-the-link-in-the-mail"}""",
        Answer = typeof(AcceptedInvitationAnswer),
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var secret = call.Body.Secret("token", 200);
        var id = call.Body.Text("invitationId", 64);
        if (secret is null == id is null && call.Body.Refusals.Count == 0)
            call.Body.Refuse("token", ErrorCodes.MissingParameter, "Send either 'token' or 'invitationId'.");
        if (call.Refused() is { } refusal)
            return refusal;
        // A token that is cut down to little must not gain its person a seat.
        if (call.Caller.SessionId is null)
            return new Refusal(ErrorCodes.PermissionDenied, "Joining an organisation needs the person's session. Sign in.");
        var token = call.CancellationToken;
        var me = await call.Accounts.Me.AsNoTracking().SingleAsync(token);
        var db = call.Accounts.Context;
        if (await FindAsync(call, secret?.Reveal(), id) is not { } found || !me.EmailConfirmed || found.NormalizedEmail != me.NormalizedEmail)
            return NotValid;
        await Owners.LockAsync(db, found.OrganisationId, token);
        // Again under the lock: on another node it may have been accepted or withdrawn meanwhile.
        await db.Entry(found).ReloadAsync(token);
        if (InvitationView.StatusOf(found, call.NowMs) != InvitationStatuses.Pending || await RoleAsync(db, found, call.NowMs, token) is not { } role)
            return NotValid;

        var held = await db.Assignments.Where(a => a.OrganisationId == found.OrganisationId && a.AccountId == me.Id).ToListAsync(token);
        var isMember = await db.Members.AnyAsync(m => m.OrganisationId == found.OrganisationId && m.AccountId == me.Id, token);
        if (!isMember)
        {
            if (await db.Members.CountAsync(m => m.OrganisationId == found.OrganisationId, token) >= MembersMax)
                return new Refusal(ErrorCodes.Conflict, $"The organisation has {MembersMax} members, which is the most there can be.");
            call.Accounts.Add(new MemberRow { OrganisationId = found.OrganisationId, AccountId = me.Id, JoinedAtMs = call.NowMs });
        }

        var assignment = held.Find(a => a.RoleId == found.RoleId && a.ProjectId == found.ProjectId);
        if (assignment is null)
        {
            assignment = new AssignmentRow
            {
                Id = ObjectId.New(ObjectId.Assignment, call.Now), OrganisationId = found.OrganisationId, AccountId = me.Id, RoleId = found.RoleId, ProjectId = found.ProjectId,
                Source = "direct", CreatedAtMs = call.NowMs, CreatedBy = found.CreatedBy,
            };
            call.Accounts.Add(assignment);
        }

        found.AcceptedAtMs = call.NowMs;
        found.AcceptedBy = me.Id;
        call.AuditIn(found.OrganisationId, "invitation.accept", found.Id, ("accountId", me.Id), ("roleId", found.RoleId), ("projectId", found.ProjectId));
        call.OwnerChanged(me.Id);
        var organisation = await db.Organisations.AsNoTracking().SingleAsync(o => o.Id == found.OrganisationId, token);
        return Outcome.Of(new AcceptedInvitationAnswer
        {
            OrganisationId = organisation.Id,
            OrganisationName = organisation.Name,
            Role = MemberView.Held(assignment, new Dictionary<string, string> { [role.Id] = role.Name }),
        });
    }

    private static async ValueTask<InvitationRow?> FindAsync(OperationCall call, string? secret, string? id)
    {
        if (id is not null)
            return await call.Accounts.Invitations.SingleOrDefaultAsync(i => i.Id == id, call.CancellationToken);
        if (InvitationToken.Parse(secret!) is not (var text, var publicId))
            return null;
        var row = await call.Accounts.Invitations.SingleOrDefaultAsync(i => i.PublicId == publicId, call.CancellationToken);
        return row is not null && call.Tools.Hasher.Verify(text, row.Hash, row.PepperVersion) ? row : null;
    }

    /// <summary>The role that it offers, if whoever offered it could still give it: an invitation outlives nobody's removal or demotion.</summary>
    private static async ValueTask<Role?> RoleAsync(SluiceDb db, InvitationRow invitation, long nowMs, CancellationToken cancellationToken)
    {
        var role = BuiltInRoles.Find(invitation.RoleId)
            ?? (await db.Roles.AsNoTracking().SingleOrDefaultAsync(r => r.Id == invitation.RoleId && r.OrganisationId == invitation.OrganisationId, cancellationToken) is { } row ? RightsReader.Of(row) : null);
        if (role is null || (invitation.ProjectId is { } projectId && !await db.Projects.AnyAsync(p => p.Id == projectId && p.OrganisationId == invitation.OrganisationId, cancellationToken)))
            return null;
        var giver = await RightsReader.OfActorAsync(db, invitation.OrganisationId, invitation.CreatedBy, nowMs, cancellationToken);
        return giver.Allows(Permissions.MembersWrite) && role.Permissions.All(p => giver.Covers(p, invitation.ProjectId)) ? role : null;
    }

    private static Refusal NotValid { get; } = new(ErrorCodes.LinkNotValid,
        "It is unknown, used, withdrawn or older than 7 days, or it was sent to another address than the caller's verified one. Check which account is signed in and that its address is verified, or ask for a new invitation.");
}
