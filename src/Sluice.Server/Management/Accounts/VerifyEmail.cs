using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class VerifyEmail
{
    public static readonly Operation Operation = new()
    {
        Name = "verifyEmail",
        Method = "POST",
        Path = "/email-verifications",
        Permission = null,
        Open = "The link proves it.",
        Summary = "Confirm a mail address with the secret of its link",
        Body = typeof(LinkTokenBody),
        BodyExample = """{"token":"ev_…"}""",
        Answer = typeof(NoticeAnswer),
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var token = call.Body.Text("token", 200, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        var db = call.Accounts.Context;
        var link = await call.Tools.Accounts.Links.FindAsync(db, ConfirmationPurposes.VerifyEmail, Register.LinkPrefix, token, call.Now, call.CancellationToken);
        if (link is null || !await ConfirmationLinks.TakeAsync(db, link, call.NowMs, call.CancellationToken))
            return AccountView.LinkNotValid;
        var account = await call.Accounts.Everybody.SingleAsync(a => a.Id == link.AccountId, call.CancellationToken);
        if (account.Email != link.Target)
            return AccountView.LinkNotValid;

        call.ActorId = account.Id;
        call.Audit("account.email_confirm", account.Id);
        await AccountView.ProvenAsync(call, account);
        return new Answer(new NoticeAnswer { Message = "The address is confirmed." });
    }
}
