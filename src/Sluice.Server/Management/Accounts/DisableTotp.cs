using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.Accounts;

internal static class DisableTotp
{
    public static readonly Operation Operation = new()
    {
        Name = "disableTotp",
        Method = "DELETE",
        Path = "/me/totp",
        Permission = null,
        NeedsPerson = true,
        Summary = "Switch the second factor off",
        Description = "Refused while the password is so short that it needs one. Needs a session that was confirmed within 15 minutes.",
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
        var me = await AccountView.MeAsync(call);
        if (me.TwoFactorEnabled && me.PasswordShort)
            return new Refusal(ErrorCodes.Conflict, "The password has fewer than 15 characters, which is enough only beside a second factor. Choose a longer one first.");
        var db = call.Accounts.Context;
        if (!me.TwoFactorEnabled && !await db.AccountTokens.AnyAsync(t => t.UserId == me.Id, call.CancellationToken))
            return call.AsItWas(null);
        await db.AccountTokens.Where(t => t.UserId == me.Id).ExecuteDeleteAsync(call.CancellationToken);
        (me.TwoFactorEnabled, me.SecurityStamp) = (false, AccountUsers.NewStamp());
        call.Audit("account.totp_off", me.Id);
        AccountView.TellOwner(call, me, AccountChange.SecondFactorOff);
        return new Answer(null);
    }
}
