using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Members;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Roles;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Invitations;

internal static class CreateInvitation
{
    /// <summary>Open invitations of one organisation.</summary>
    private const int PendingMax = 1_000;

    public static readonly Operation Operation = new()
    {
        Name = "createInvitation",
        Method = "POST",
        Path = "/invitations",
        Permission = Permissions.MembersWrite,
        Summary = "Invite somebody by e-mail",
        Description = "They get a mail with a link that works once, for 7 days, for a person whose verified address is the invited one; whoever has no account registers first. "
            + "The role must lie within the caller's own rights, now and when it is accepted. One address gets at most 5 mails an hour; further ones are not sent.",
        Body = typeof(InvitationBody),
        BodyExample = """{"email":"li.lei@example.com","roleId":"role_ai_engineer"}""",
        Answer = typeof(InvitationAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var email = AccountView.Email(call.Body);
        var roleId = call.Body.Text("roleId", 64, required: true);
        var projectId = call.Body.Text("projectId", 64);
        if (call.Refused() is { } refusal)
            return refusal;
        var token = call.CancellationToken;
        await call.Data.LockOwnersAsync(token);
        var role = await Giving.FindAsync(call, roleId!);
        if (role is null)
            call.Body.Refuse("roleId", ErrorCodes.InvalidValue, "'roleId' is not the id of a role.");
        if (projectId is not null && !await call.Data.Projects.AnyAsync(p => p.Id == projectId, token))
            call.Body.Refuse("projectId", ErrorCodes.InvalidValue, "'projectId' is not the id of a project.");
        if (call.Refused() is { } unknown)
            return unknown;
        if (Giving.Refused(await Giving.RightsAsync(call), role!, projectId) is { } beyond)
            return beyond;
        // Whether somebody outside the organisation has an account is nobody's business here.
        var normalized = email!.Normalized;
        if (await call.Data.People.AnyAsync(p => p.NormalizedEmail == normalized && p.EmailConfirmed, token))
            return new Refusal(ErrorCodes.Conflict, "A member has this address. Give them the role instead.");
        var pending = call.Data.Invitations.Pending(call.NowMs);
        if (await pending.AnyAsync(i => i.NormalizedEmail == normalized, token))
            return new Refusal(ErrorCodes.Conflict, "There is an open invitation for this address. Send it again, or revoke it.");
        if (await pending.CountAsync(token) >= PendingMax)
            return new Refusal(ErrorCodes.Conflict, $"{PendingMax} invitations are open, which is the most there can be.");

        var secret = InvitationToken.New(call.Tools.Hasher, out var publicId, out var hash, out var pepperVersion);
        var row = new InvitationRow
        {
            Id = ObjectId.New(ObjectId.Invitation, call.Now),
            OrganisationId = call.Caller.OrganisationId,
            Email = email.Text,
            NormalizedEmail = normalized,
            RoleId = role!.Id,
            ProjectId = projectId,
            PublicId = publicId,
            Hash = hash,
            PepperVersion = pepperVersion,
            CreatedAtMs = call.NowMs,
            CreatedBy = call.ActorId,
            ExpiresAtMs = call.NowMs + (long)InvitationView.Lifetime.TotalMilliseconds,
        };
        call.Data.Add(row);
        var organisation = await call.Data.Organisations.AsNoTracking().SingleAsync(token);
        InvitationMail.Send(call, row, secret, organisation.Name, role.Name);
        call.Audit("invitation.create", row.Id, ("roleId", row.RoleId), ("projectId", row.ProjectId), ("expiresAtMs", row.ExpiresAtMs));
        return Outcome.Of(InvitationView.Of(row, await MemberView.RoleNamesAsync(call), call.NowMs), "/api/v1/invitations");
    }
}
