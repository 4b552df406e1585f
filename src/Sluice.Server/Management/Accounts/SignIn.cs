using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class SignIn
{
    public static readonly Operation Operation = new()
    {
        Name = "signIn",
        Method = "POST",
        Path = "/sessions",
        Permission = null,
        Open = "Whoever signs in is not known yet.",
        Summary = "Sign in with a password",
        Description = "Begins a session; its token is in the answer, for `Authorization: Bearer`. A wrong address, password or code are all told the same. "
            + "`second_factor_required` follows the right password of an account that has one: send it again with `code` or `recoveryCode`.",
        Body = typeof(SignInBody),
        BodyExample = """{"email":"ada@example.com","password":"four words out of nowhere","code":"123456"}""",
        Answer = typeof(SignedInAnswer),
        Status = StatusCodes.Status201Created,
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private sealed record Attempt(EmailAddress? Email, string? AccountId, GivenProof Proof, string? NewHash);

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var address = call.Body.Text("email", EmailAddress.CharsMax, required: true);
        var password = call.Body.Secret("password", PasswordPolicy.InputCharsMax, required: true);
        var code = call.Body.Text("code", 20);
        var recovery = call.Body.Text("recoveryCode", 40);
        _ = call.Body.OneOf("deliver", AccountView.Deliveries);
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Tools.Accounts.Sessions.Closed(SignInMethods.Password) is { } closed)
            return closed;

        var email = EmailAddress.Parse(address);
        var normalized = email?.Normalized ?? "";
        var account = await call.Accounts.Everybody.SingleOrDefaultAsync(a => a.NormalizedEmail == normalized, call.CancellationToken);
        var (result, busy) = await call.Tools.Accounts.Hashing.VerifyAsync(account?.PasswordHash, password!, call.CancellationToken);
        if (busy is not null)
            return busy;
        string? newHash = null;
        if (result is PasswordVerificationResult.SuccessRehashNeeded)
            (newHash, _) = await call.Tools.Accounts.Hashing.HashAsync(password!, call.CancellationToken);
        call.Prepared = new Attempt(email, account?.Id, new GivenProof(account?.PasswordHash, result is not PasswordVerificationResult.Failed, code, recovery), newHash);
        return null;
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (db, tools, attempt) = (call.Accounts.Context, call.Tools.Accounts, (Attempt)call.Prepared!);
        var verdict = await tools.Guard.JudgeAsync(db, attempt.AccountId, attempt.Proof, call.Now, call.CancellationToken);
        if (verdict is not ProofVerdict.Right)
        {
            call.Audit("session.refuse", attempt.AccountId ?? "unknown", ("method", SignInMethods.Password));
            if (verdict is ProofVerdict.NeedsSecondFactor)
                return Outcome.Kept(new Refusal(ErrorCodes.SecondFactorRequired, "Send 'code' from the authenticator, or 'recoveryCode', with address and password."));
            if (tools.Sprays.Note(attempt.Email?.Normalized ?? "", call.Now))
                await TellOperatorsAsync(call);
            return Outcome.Kept(AccountView.WrongCredentials);
        }

        var account = await call.Accounts.Everybody.SingleAsync(a => a.Id == attempt.AccountId, call.CancellationToken);
        if (tools.Passwords.IsTooOld(account.PasswordChangedAtMs, call.NowMs))
            return Outcome.Kept(new Refusal(ErrorCodes.PasswordExpired, "Ask for a link at /api/v1/password-resets and choose a new one."));
        if (attempt.NewHash is { } rehashed)
            account.PasswordHash = rehashed;
        var started = await tools.Sessions.StartAsync(db, account, SignInMethods.Password, account.TwoFactorEnabled, call.ClientIp, call.UserAgent, call.Now, call.CancellationToken);
        if (started.Refusal is { } forbidden)
            return Outcome.Kept(forbidden);
        return AccountView.SignedIn(call, account, started);
    }

    private static async Task TellOperatorsAsync(OperationCall call)
    {
        var db = call.Accounts.Context;
        var organisation = await db.Organisations.OrderBy(o => o.CreatedAtMs).ThenBy(o => o.Id).Select(o => o.Id).FirstAsync(call.CancellationToken);
        var operators = await db.Assignments.Where(a => a.OrganisationId == organisation && a.ProjectId == null && (a.RoleId == Authorization.BuiltInRoles.OwnerId || a.RoleId == Authorization.BuiltInRoles.OperatorId))
            .Select(a => a.AccountId).ToListAsync(call.CancellationToken);
        call.Notify(operators, organisation, "password_spray", organisation, "Sign-ins failed at many different addresses within a minute: somebody is trying passwords.");
    }
}
