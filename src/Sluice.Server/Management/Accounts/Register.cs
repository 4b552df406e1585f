using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Invitations;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class Register
{
    public const string LinkPrefix = "ev_";

    public static readonly Operation Operation = new()
    {
        Name = "register",
        Method = "POST",
        Path = "/registrations",
        Permission = null,
        Open = "Whoever signs up is not known yet.",
        Summary = "Sign up",
        Description = "The answer is the same whether or not the address has an account already; a mail tells its owner. Until the link in it was opened, the account can sign in but make no production key.",
        Body = typeof(RegistrationBody),
        BodyExample = """{"email":"ada@example.com","password":"four words out of nowhere","name":"Ada","language":"en"}""",
        Answer = typeof(NoticeAnswer),
        Status = StatusCodes.Status202Accepted,
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private static readonly NoticeAnswer Sent = new() { Message = "A mail is on its way to this address. Follow the link in it." };

    private sealed record Registration(EmailAddress Email, string Name, string Language, string Hash);

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var email = AccountView.Email(call.Body);
        var password = call.Body.Secret("password", PasswordPolicy.InputCharsMax, required: true);
        var name = call.Body.Text("name", AccountView.NameCharsMax, required: true);
        var language = call.Body.OneOf("language", AccountView.Languages);
        var invitation = call.Body.Text("invitation", 200);
        if (password is not null && call.Tools.Accounts.Passwords.Wrong(password, secondFactor: false, email?.LocalPart ?? "", email?.Domain ?? "", name ?? "") is { } wrong)
            call.Body.Refuse("password", ErrorCodes.InvalidValue, $"'password' {wrong}");
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Tools.Accounts.Sessions.Closed(SignInMethods.Password) is { } closed)
            return closed;
        if (call.Tools.Accounts.Options.Registration is RegistrationMode.Closed)
            return new Refusal(ErrorCodes.RegistrationClosed, "Ask the operator of this installation.");
        if (call.Tools.Accounts.Options.Registration is RegistrationMode.Invited && !await IsInvitedAsync(call, email!, invitation))
            return new Refusal(ErrorCodes.RegistrationClosed, "An invitation for this address is needed: follow the link in its mail.");

        var (hash, busy) = await call.Tools.Accounts.Hashing.HashAsync(password!, call.CancellationToken);
        call.Prepared = hash is null ? null : new Registration(email!, name!, language ?? "en", hash);
        return busy;
    }

    private static async Task<bool> IsInvitedAsync(OperationCall call, EmailAddress email, string? invitation)
    {
        if (invitation is null || InvitationToken.Parse(invitation) is not (var text, var publicId))
            return false;
        var row = await call.Accounts.Invitations.SingleOrDefaultAsync(i => i.PublicId == publicId, call.CancellationToken);
        return row is { AcceptedAtMs: null, RevokedAtMs: null } && row.ExpiresAtMs > call.NowMs && row.NormalizedEmail == email.Normalized
            && call.Tools.Hasher.Verify(text, row.Hash, row.PepperVersion);
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (db, links, given) = (call.Accounts.Context, call.Tools.Accounts.Links, (Registration)call.Prepared!);
        var existing = await call.Accounts.Everybody.AsNoTracking().SingleOrDefaultAsync(a => a.NormalizedEmail == given.Email.Normalized, call.CancellationToken);
        if (existing is null)
        {
            var account = AccountUsers.NewRow(ObjectId.New(ObjectId.Account, call.Now), given.Email, given.Name, given.Language, given.Hash, call.NowMs);
            var token = links.New(ConfirmationPurposes.VerifyEmail, LinkPrefix, account.Id, given.Email.Text, call.Now, ConfirmationLinks.VerifyLifetime, out var row);
            call.Accounts.Add(account);
            call.Accounts.Add(row);
            call.Send(AccountMessages.VerifyEmail(given.Email.Text, given.Language, account.Id, call.BaseUrl, token));
            call.ActorId = account.Id;
            call.Audit("account.register", account.Id);
            return new Answer(Sent);
        }

        await Decoy.AccountAsync(db, call.CancellationToken);
        if (existing.EmailConfirmed)
        {
            await Decoy.ConfirmationAsync(db, call.CancellationToken);
            call.Send(AccountMessages.AddressInUse(existing, call.BaseUrl));
        }
        else
        {
            // Whoever began it may not have been the mailbox's owner, who must not confirm a stranger's password.
            var token = links.New(ConfirmationPurposes.ResetPassword, ConfirmPasswordReset.LinkPrefix, existing.Id, existing.Email!, call.Now, ConfirmationLinks.ResetLifetime, out var row);
            call.Accounts.Add(row);
            call.Send(AccountMessages.Unfinished(existing, call.BaseUrl, token));
        }

        call.Audit("account.register_again", existing.Id);
        return new Answer(Sent);
    }
}
