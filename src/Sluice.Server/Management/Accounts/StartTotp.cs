using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class StartTotp
{
    public static readonly Operation Operation = new()
    {
        Name = "startTotp",
        Method = "POST",
        Path = "/me/totp",
        Permission = null,
        NeedsPerson = true,
        Summary = "Get a secret for an authenticator",
        Description = "Shown this once, and of no effect until a code of it was confirmed. Needs a session that was confirmed within 15 minutes.",
        Answer = typeof(TotpAnswer),
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
        if (me.TwoFactorEnabled)
            return new Refusal(ErrorCodes.Conflict, "A second factor is on. Switch it off first.");
        var secret = Totp.NewSecret();
        await call.Tools.Accounts.Users.StoreOver(call.Accounts.Context).SetAuthenticatorKeyAsync(me, secret, call.CancellationToken);
        call.Audit("account.totp_start", me.Id);
        return new Answer(new TotpAnswer { Secret = secret, Uri = Totp.Uri(secret, me.Email!) });
    }
}
