using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.Accounts;

internal static class ConfirmPasswordReset
{
    public const string LinkPrefix = "pr_";

    public static readonly Operation Operation = new()
    {
        Name = "confirmPasswordReset",
        Method = "POST",
        Path = "/password-resets/confirm",
        Permission = null,
        Open = "The link proves it.",
        Summary = "Choose a new password with the secret of a link",
        Description = "Ends all sessions. A second factor stays on and is asked for at the next sign-in. An account whose address was never confirmed begins anew: only the new password opens it.",
        Body = typeof(NewPasswordBody),
        BodyExample = """{"token":"pr_…","newPassword":"other words that mean nothing"}""",
        Answer = typeof(NoticeAnswer),
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private sealed record NewPassword(string Token, string Hash, bool IsShort);

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var token = call.Body.Text("token", 200, required: true);
        var password = call.Body.Secret("newPassword", PasswordPolicy.InputCharsMax, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Tools.Accounts.Sessions.Closed(SignInMethods.Password) is { } closed)
            return closed;
        var db = call.Accounts.Context;
        if (await call.Tools.Accounts.Links.FindAsync(db, ConfirmationPurposes.ResetPassword, LinkPrefix, token, call.Now, call.CancellationToken) is not { } link)
            return AccountView.LinkNotValid;
        var account = await call.Accounts.Everybody.SingleAsync(a => a.Id == link.AccountId, call.CancellationToken);
        if (call.Tools.Accounts.Passwords.Wrong(password!, account is { TwoFactorEnabled: true, EmailConfirmed: true }, account.Email!, account.Name) is { } wrong)
            return Refusal.Of([new("newPassword", ErrorCodes.InvalidValue, $"'newPassword' {wrong}")]);

        var (hash, busy) = await call.Tools.Accounts.Hashing.HashAsync(password!, call.CancellationToken);
        call.Prepared = hash is null ? null : new NewPassword(token!, hash, AccountView.IsShort(password!));
        return busy;
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (db, given) = (call.Accounts.Context, (NewPassword)call.Prepared!);
        var link = await call.Tools.Accounts.Links.FindAsync(db, ConfirmationPurposes.ResetPassword, LinkPrefix, given.Token, call.Now, call.CancellationToken);
        if (link is null || !await ConfirmationLinks.TakeAsync(db, link, call.NowMs, call.CancellationToken))
            return AccountView.LinkNotValid;
        var account = await call.Accounts.Everybody.SingleAsync(a => a.Id == link.AccountId, call.CancellationToken);
        if (account.Email != link.Target || (given.IsShort && !account.TwoFactorEnabled))
            return AccountView.LinkNotValid;

        call.ActorId = account.Id;
        if (!account.EmailConfirmed)
        {
            await AccountRemains.ClearAccessAsync(db, account, call.CancellationToken);
            await AccountView.ProvenAsync(call, account);
            call.Audit("account.email_confirm", account.Id);
        }

        AccountView.SetPassword(account, given.Hash, given.IsShort, call.NowMs);
        (account.AccessFailedCount, account.LockoutEnd, account.SecondFactorFailedCount, account.SecondFactorBlockedUntilMs) = (0, null, 0, null);
        await SessionStarter.EndAsync(db, account.Id, null, call.NowMs, call.CancellationToken);
        await ConfirmationLinks.EndEarlierAsync(db, account.Id, ConfirmationPurposes.ResetPassword, call.NowMs, call.CancellationToken);
        call.Audit("account.password_reset", account.Id);
        call.OwnerChanged(account.Id);
        AccountView.TellOwner(call, account, AccountChange.PasswordChanged);
        return new Answer(new NoticeAnswer { Message = "The new password works now. All sessions have ended; sign in again." });
    }
}
