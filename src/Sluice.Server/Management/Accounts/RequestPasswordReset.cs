using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class RequestPasswordReset
{
    public static readonly Operation Operation = new()
    {
        Name = "requestPasswordReset",
        Method = "POST",
        Path = "/password-resets",
        Permission = null,
        Open = "Whoever forgot the password cannot sign in.",
        Summary = "Ask for a link to choose a new password",
        Description = "The answer is the same whether or not the address has an account. An address gets five mails an hour at most.",
        Body = typeof(EmailBody),
        BodyExample = """{"email":"ada@example.com"}""",
        Answer = typeof(NoticeAnswer),
        Status = StatusCodes.Status202Accepted,
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var email = AccountView.Email(call.Body);
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Tools.Accounts.Sessions.Closed(SignInMethods.Password) is { } closed)
            return closed;
        var db = call.Accounts.Context;
        var account = await call.Accounts.Everybody.AsNoTracking().SingleOrDefaultAsync(a => a.NormalizedEmail == email!.Normalized, call.CancellationToken);
        if (account is { SuspendedAtMs: null })
        {
            var token = call.Tools.Accounts.Links.New(ConfirmationPurposes.ResetPassword, ConfirmPasswordReset.LinkPrefix, account.Id, account.Email!, call.Now, ConfirmationLinks.ResetLifetime, out var row);
            call.Accounts.Add(row);
            call.Send(account.EmailConfirmed ? AccountMessages.ResetPassword(account, call.BaseUrl, token) : AccountMessages.Unfinished(account, call.BaseUrl, token));
        }
        else
        {
            await Decoy.ConfirmationAsync(db, call.CancellationToken);
            await Decoy.MessageAsync(db, call.CancellationToken);
        }

        call.Audit("account.password_reset_request", account?.Id ?? "unknown");
        return new Answer(new NoticeAnswer { Message = "If an account has this address, a mail is on its way." });
    }
}
