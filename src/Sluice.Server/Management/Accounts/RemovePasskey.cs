using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.Accounts;

internal static class RemovePasskey
{
    public static readonly Operation Operation = new()
    {
        Name = "removePasskey",
        Method = "DELETE",
        Path = "/me/passkeys/{id}",
        Permission = null,
        NeedsPerson = true,
        Summary = "Remove a passkey",
        Description = "Needs a session that was confirmed within 15 minutes.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (AccountView.NotFresh(call) is { } old)
            return old;
        if (await PasskeyView.FindAsync(call) is not { } row)
            return Outcome.NotFound;
        call.Accounts.Remove(row);
        call.Audit("account.passkey_remove", call.Caller.AccountId!, ("passkey", call.Id));
        AccountView.TellOwner(call, await AccountView.MeAsync(call), AccountChange.PasskeyRemoved);
        return new Answer(null);
    }
}
