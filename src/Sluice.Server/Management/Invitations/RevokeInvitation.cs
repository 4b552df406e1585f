using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Invitations;

internal static class RevokeInvitation
{
    public static readonly Operation Operation = new()
    {
        Name = "revokeInvitation",
        Method = "DELETE",
        Path = "/invitations/{id}",
        Permission = Permissions.MembersWrite,
        Summary = "Withdraw an invitation",
        Description = "Its link stops working at once. It stays listed. Doing it again changes nothing.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (await call.Data.Invitations.SingleOrDefaultAsync(i => i.Id == call.Id, call.CancellationToken) is not { } row)
            return Outcome.NotFound;
        if (row.AcceptedAtMs is not null)
            return new Refusal(ErrorCodes.Conflict, "It was accepted already. Remove the member instead.");
        if (row.RevokedAtMs is not null)
            return call.AsItWas(null);
        row.RevokedAtMs = call.NowMs;
        call.Audit("invitation.revoke", row.Id);
        return new Answer(null);
    }
}
