using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class ChangeEmail
{
    public const string LinkPrefix = "ec_";

    public static readonly Operation Operation = new()
    {
        Name = "changeEmail",
        Method = "POST",
        Path = "/me/email",
        Permission = null,
        NeedsPerson = true,
        Summary = "Ask for another mail address",
        Description = "The old and the new address each get a link; the change takes effect once both were opened, within 24 hours. An old address that was never confirmed is not asked. Needs a session that was confirmed within 15 minutes.",
        Body = typeof(EmailBody),
        BodyExample = """{"email":"ada@example.org"}""",
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
        if (AccountView.NotFresh(call) is { } old)
            return old;
        var me = await AccountView.MeAsync(call);
        if (email!.Text == me.Email)
            return Refusal.Of([new("email", ErrorCodes.InvalidValue, "'email' is the account's address already.")])!;

        var (db, links) = (call.Accounts.Context, call.Tools.Accounts.Links);
        await ConfirmationLinks.EndEarlierAsync(db, me.Id, ConfirmationPurposes.NewEmail, call.NowMs, call.CancellationToken);
        await ConfirmationLinks.EndEarlierAsync(db, me.Id, ConfirmationPurposes.OldEmail, call.NowMs, call.CancellationToken);
        // Whether somebody else has the address is told to nobody: that one simply gets no mail.
        if (await call.Accounts.Everybody.AnyAsync(a => a.NormalizedEmail == email.Normalized && a.Id != me.Id, call.CancellationToken))
        {
            await Decoy.ConfirmationAsync(db, call.CancellationToken);
            await Decoy.MessageAsync(db, call.CancellationToken);
        }
        else
        {
            var token = links.New(ConfirmationPurposes.NewEmail, LinkPrefix, me.Id, email.Text, call.Now, ConfirmationLinks.VerifyLifetime, out var row);
            call.Accounts.Add(row);
            call.Send(AccountMessages.NewEmail(email.Text, me.Language, me.Id, call.BaseUrl, token));
        }

        if (me.EmailConfirmed)
        {
            var token = links.New(ConfirmationPurposes.OldEmail, LinkPrefix, me.Id, me.Email!, call.Now, ConfirmationLinks.VerifyLifetime, out var row);
            call.Accounts.Add(row);
            call.Send(AccountMessages.OldEmail(me, call.BaseUrl, token));
        }

        call.Audit("account.email_change_request", me.Id);
        return new Answer(new NoticeAnswer { Message = "Mails are on their way. Follow the links in both." });
    }
}
