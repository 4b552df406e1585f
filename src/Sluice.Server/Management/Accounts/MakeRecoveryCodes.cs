using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.Accounts;

internal static class MakeRecoveryCodes
{
    public static readonly Operation Operation = new()
    {
        Name = "makeRecoveryCodes",
        Method = "POST",
        Path = "/me/recovery-codes",
        Permission = null,
        NeedsPerson = true,
        Summary = "Get new recovery codes",
        Description = "The old ones are worth nothing any more. Needs a session that was confirmed within 15 minutes.",
        Answer = typeof(RecoveryCodesAnswer),
        Status = StatusCodes.Status201Created,
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
        var me = await AccountView.MeAsync(call);
        if (!me.TwoFactorEnabled)
            return new Refusal(ErrorCodes.Conflict, "No second factor is on.");
        var codes = RecoveryCodes.New();
        await call.Tools.Accounts.Users.StoreOver(call.Accounts.Context).ReplaceCodesAsync(me, codes, call.CancellationToken);
        call.Audit("account.recovery_codes", me.Id);
        AccountView.TellOwner(call, me, AccountChange.RecoveryCodesMade);
        return new Answer(new RecoveryCodesAnswer { Codes = codes });
    }
}
