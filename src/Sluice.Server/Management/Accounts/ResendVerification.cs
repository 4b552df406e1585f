using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class ResendVerification
{
    public static readonly Operation Operation = new()
    {
        Name = "resendVerification",
        Method = "POST",
        Path = "/email-verifications/resend",
        Permission = null,
        Open = "Whoever waits for the mail may not be signed in.",
        Summary = "Send the link that confirms a mail address again",
        Description = "The answer is the same whether or not such an account waits for it. An address gets five mails an hour at most.",
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
        var db = call.Accounts.Context;
        var account = await call.Accounts.Everybody.AsNoTracking().SingleOrDefaultAsync(a => a.NormalizedEmail == email!.Normalized, call.CancellationToken);
        if (account is { EmailConfirmed: false, SuspendedAtMs: null })
        {
            var token = call.Tools.Accounts.Links.New(ConfirmationPurposes.VerifyEmail, Register.LinkPrefix, account.Id, account.Email!, call.Now, ConfirmationLinks.VerifyLifetime, out var row);
            call.Accounts.Add(row);
            call.Send(AccountMessages.VerifyEmail(account.Email!, account.Language, account.Id, call.BaseUrl, token));
        }
        else
        {
            await Decoy.ConfirmationAsync(db, call.CancellationToken);
            await Decoy.MessageAsync(db, call.CancellationToken);
        }

        call.Audit("account.verification_resend", account?.Id ?? "unknown");
        return new Answer(new NoticeAnswer { Message = "If an account with this address waits to be confirmed, a mail is on its way." });
    }
}
