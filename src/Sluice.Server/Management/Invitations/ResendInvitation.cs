using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Members;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Roles;

namespace Sluice.Server.Management.Invitations;

internal static class ResendInvitation
{
    public static readonly Operation Operation = new()
    {
        Name = "resendInvitation",
        Method = "POST",
        Path = "/invitations/{id}/resend",
        Permission = Permissions.MembersWrite,
        Summary = "Send an invitation again, with a new link",
        Description = "The link sent before stops working, and the 7 days begin anew. The caller stands for it from now on, so the role must lie within their rights.",
        Answer = typeof(InvitationAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        await call.Data.LockOwnersAsync(call.CancellationToken);
        if (await call.Data.Invitations.SingleOrDefaultAsync(i => i.Id == call.Id, call.CancellationToken) is not { } row)
            return Outcome.NotFound;
        if (row.AcceptedAtMs is not null || row.RevokedAtMs is not null)
            return new Refusal(ErrorCodes.Conflict, row.AcceptedAtMs is not null ? "It was accepted already." : "It was revoked. Make a new one.");
        if (await Giving.FindAsync(call, row.RoleId) is not { } role || (row.ProjectId is { } projectId && !await call.Data.Projects.AnyAsync(p => p.Id == projectId, call.CancellationToken)))
            return new Refusal(ErrorCodes.Conflict, "The role or the project that it is for is gone. Revoke it and make a new one.");
        if (Giving.Refused(await Giving.RightsAsync(call), role, row.ProjectId) is { } beyond)
            return beyond;
        if (await call.Data.Invitations.Pending(call.NowMs).AnyAsync(i => i.NormalizedEmail == row.NormalizedEmail && i.Id != row.Id, call.CancellationToken))
            return new Refusal(ErrorCodes.Conflict, "There is a newer open invitation for this address.");

        var secret = InvitationToken.New(call.Tools.Hasher, out var publicId, out var hash, out var pepperVersion);
        (row.PublicId, row.Hash, row.PepperVersion) = (publicId, hash, pepperVersion);
        row.ExpiresAtMs = call.NowMs + (long)InvitationView.Lifetime.TotalMilliseconds;
        row.CreatedBy = call.ActorId;
        var organisation = await call.Data.Organisations.AsNoTracking().SingleAsync(call.CancellationToken);
        InvitationMail.Send(call, row, secret, organisation.Name, role.Name);
        call.Audit("invitation.resend", row.Id, ("expiresAtMs", row.ExpiresAtMs));
        return Outcome.Of(InvitationView.Of(row, await MemberView.RoleNamesAsync(call), call.NowMs));
    }
}
