using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.Accounts;

internal static class ConfirmTotp
{
    public static readonly Operation Operation = new()
    {
        Name = "confirmTotp",
        Method = "POST",
        Path = "/me/totp/confirm",
        Permission = null,
        NeedsPerson = true,
        Summary = "Switch the second factor on with a first code",
        Description = "The answer has ten recovery codes, this once. Needs a session that was confirmed within 15 minutes.",
        Body = typeof(TotpCodeBody),
        BodyExample = """{"code":"123456"}""",
        Answer = typeof(RecoveryCodesAnswer),
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var code = call.Body.Text("code", 20, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        if (AccountView.NotFresh(call) is { } old)
            return old;
        var me = await AccountView.MeAsync(call);
        var store = call.Tools.Accounts.Users.StoreOver(call.Accounts.Context);
        if (me.TwoFactorEnabled || await store.GetAuthenticatorKeyAsync(me, call.CancellationToken) is not { } secret)
            return new Refusal(ErrorCodes.Conflict, "There is no secret to confirm. Ask for one first.");
        if (Totp.StepOf(secret, code!, call.Now, me.TotpLastStep) is not { } step)
            return Refusal.Of([new("code", ErrorCodes.InvalidValue, "The code is not right. Is the authenticator's clock?")])!;

        var codes = RecoveryCodes.New();
        await store.ReplaceCodesAsync(me, codes, call.CancellationToken);
        (me.TwoFactorEnabled, me.TotpLastStep, me.SecondFactorFailedCount, me.SecondFactorBlockedUntilMs, me.SecurityStamp) = (true, step, 0, null, AccountUsers.NewStamp());
        call.Audit("account.totp_on", me.Id);
        AccountView.TellOwner(call, me, AccountChange.SecondFactorOn);
        return new Answer(new RecoveryCodesAnswer { Codes = codes });
    }
}
