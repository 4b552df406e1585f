using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class ConfirmEmailChange
{
    public static readonly Operation Operation = new()
    {
        Name = "confirmEmailChange",
        Method = "POST",
        Path = "/email-changes/confirm",
        Permission = null,
        Open = "The link proves it.",
        Summary = "Confirm a change of address with the secret of a link",
        Body = typeof(LinkTokenBody),
        BodyExample = """{"token":"ec_…"}""",
        Answer = typeof(EmailChangeAnswer),
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var token = call.Body.Text("token", 200, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        var (db, links, cancellation) = (call.Accounts.Context, call.Tools.Accounts.Links, call.CancellationToken);
        var link = await links.FindAsync(db, ConfirmationPurposes.NewEmail, ChangeEmail.LinkPrefix, token, call.Now, cancellation)
            ?? await links.FindAsync(db, ConfirmationPurposes.OldEmail, ChangeEmail.LinkPrefix, token, call.Now, cancellation);
        if (link is null)
            return AccountView.LinkNotValid;
        // Both links opened at once, on two nodes: this makes the second wait until the first is written.
        await db.Accounts.Where(a => a.Id == link.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.UpdatedAtMs, x => x.UpdatedAtMs), cancellation);
        if (!await ConfirmationLinks.TakeAsync(db, link, call.NowMs, cancellation))
            return AccountView.LinkNotValid;

        var pair = await db.Confirmations.AsNoTracking().Where(c => c.AccountId == link.AccountId && c.CreatedAtMs == link.CreatedAtMs
            && (c.Purpose == ConfirmationPurposes.NewEmail || c.Purpose == ConfirmationPurposes.OldEmail)).ToListAsync(cancellation);
        call.ActorId = link.AccountId!;
        call.Audit("account.email_change_confirm", link.AccountId!, ("side", link.Purpose));
        if (pair.Any(c => c.UsedAtMs is null) || pair.All(c => c.Purpose != ConfirmationPurposes.NewEmail))
            return new Answer(new EmailChangeAnswer { Status = "waiting" });

        var email = EmailAddress.Parse(pair.OrderBy(c => c.Id).Last(c => c.Purpose == ConfirmationPurposes.NewEmail).Target)!;
        var account = await call.Accounts.Everybody.SingleAsync(a => a.Id == link.AccountId, cancellation);
        if (await call.Accounts.Everybody.AnyAsync(a => a.NormalizedEmail == email.Normalized && a.Id != account.Id, cancellation))
            return new Refusal(ErrorCodes.Conflict, "Another account has the new address by now.");
        if (account.EmailConfirmed)
            call.Send(AccountMessages.EmailChanged(account, email.Text, call.BaseUrl));
        (account.Email, account.NormalizedEmail, account.UserName, account.NormalizedUserName) = (email.Text, email.Normalized, email.Text, email.Normalized);
        account.SecurityStamp = AccountUsers.NewStamp();
        await AccountView.ProvenAsync(call, account);
        await ConfirmationLinks.EndEarlierAsync(db, account.Id, ConfirmationPurposes.ResetPassword, call.NowMs, cancellation);
        await ConfirmationLinks.EndEarlierAsync(db, account.Id, ConfirmationPurposes.VerifyEmail, call.NowMs, cancellation);
        call.Audit("account.email_change", account.Id);
        return new Answer(new EmailChangeAnswer { Status = "changed" });
    }
}
