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

internal static class ChangePassword
{
    public static readonly Operation Operation = new()
    {
        Name = "changePassword",
        Method = "PUT",
        Path = "/me/password",
        Permission = null,
        NeedsPerson = true,
        Summary = "Choose another password",
        Description = "Ends all other sessions. Needs a session that was confirmed within 15 minutes.",
        Body = typeof(ChangePasswordBody),
        BodyExample = """{"currentPassword":"four words out of nowhere","newPassword":"other words that mean nothing"}""",
        Status = StatusCodes.Status204NoContent,
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private sealed record NewPassword(GivenProof Current, string Hash, bool IsShort);

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var current = call.Body.Secret("currentPassword", PasswordPolicy.InputCharsMax);
        var password = call.Body.Secret("newPassword", PasswordPolicy.InputCharsMax, required: true);
        var me = await AccountView.MeAsync(call);
        if (password is not null && call.Tools.Accounts.Passwords.Wrong(password, me.TwoFactorEnabled, me.Email!, me.Name) is { } wrong)
            call.Body.Refuse("newPassword", ErrorCodes.InvalidValue, $"'newPassword' {wrong}");
        if (current is null && me.PasswordHash is not null)
            call.Body.Refuse("currentPassword", ErrorCodes.MissingParameter, "'currentPassword' is required.");
        if (call.Refused() is { } refusal)
            return refusal;
        if (AccountView.NotFresh(call) is { } old)
            return old;

        var right = true;
        if (me.PasswordHash is not null)
        {
            var (result, full) = await call.Tools.Accounts.Hashing.VerifyAsync(me.PasswordHash, current!, call.CancellationToken);
            if (full is not null)
                return full;
            right = result is not PasswordVerificationResult.Failed;
        }

        var (hash, busy) = await call.Tools.Accounts.Hashing.HashAsync(password!, call.CancellationToken);
        call.Prepared = hash is null ? null : new NewPassword(new GivenProof(me.PasswordHash, right, null, null), hash, AccountView.IsShort(password!));
        return busy;
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (db, given) = (call.Accounts.Context, (NewPassword)call.Prepared!);
        var id = call.Caller.AccountId!;
        if (given.Current.Hash is not null && await call.Tools.Accounts.Guard.JudgeAsync(db, id, given.Current, call.Now, call.CancellationToken) is ProofVerdict.Wrong)
        {
            call.Audit("account.password_refuse", id);
            return Outcome.Kept(AccountView.WrongCredentials);
        }

        var me = await AccountView.MeAsync(call);
        if (me.PasswordHash != given.Current.Hash || (given.IsShort && !me.TwoFactorEnabled))
            return new Refusal(ErrorCodes.Conflict, "The account was changed meanwhile. Try again.");
        AccountView.SetPassword(me, given.Hash, given.IsShort, call.NowMs);
        await SessionStarter.EndAsync(db, id, call.Caller.SessionId, call.NowMs, call.CancellationToken);
        await ConfirmationLinks.EndEarlierAsync(db, id, ConfirmationPurposes.ResetPassword, call.NowMs, call.CancellationToken);
        call.Audit("account.password_change", id);
        AccountView.TellOwner(call, me, AccountChange.PasswordChanged);
        return new Answer(null);
    }
}
