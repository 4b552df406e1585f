using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

/// <summary>Proves again who is signed in, for what a stolen session must not be able to do.</summary>
internal static class ConfirmIdentity
{
    public static readonly Operation Operation = new()
    {
        Name = "confirmIdentity",
        Method = "POST",
        Path = "/me/confirm",
        Permission = null,
        NeedsPerson = true,
        Summary = "Prove again who you are",
        Description = "For 15 minutes the session may then change what protects the account. Give exactly one of `password`, `code`, `recoveryCode` and `passkey`; a password alone is not enough where a second factor is on.",
        Body = typeof(ConfirmIdentityBody),
        BodyExample = """{"password":"four words out of nowhere"}""",
        Answer = typeof(AccountAnswer),
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private sealed record Proof(GivenProof Given, bool ByPassword, string? State, string? Credential);

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var password = call.Body.Secret("password", PasswordPolicy.InputCharsMax);
        var code = call.Body.Text("code", 20);
        var recovery = call.Body.Text("recoveryCode", 40);
        var passkey = call.Body.Object("passkey");
        var state = passkey?.Text("state", 8192, required: true);
        var credential = passkey?.RawObject("credential", 16 * 1024, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        if ((password is null ? 0 : 1) + (code is null ? 0 : 1) + (recovery is null ? 0 : 1) + (passkey is null ? 0 : 1) != 1)
            return Refusal.Of([new("password", ErrorCodes.InvalidValue, "Exactly one of 'password', 'code', 'recoveryCode' and 'passkey' must be given.")]);
        if (call.Caller.SessionId is null)
            return new Refusal(ErrorCodes.PermissionDenied, "Only a session can be confirmed; this is a token.");

        string? hash = null;
        var right = false;
        if (password is not null)
        {
            hash = (await AccountView.MeAsync(call)).PasswordHash;
            var (result, busy) = await call.Tools.Accounts.Hashing.VerifyAsync(hash, password, call.CancellationToken);
            if (busy is not null)
                return busy;
            right = result is not PasswordVerificationResult.Failed;
        }

        call.Prepared = new Proof(new GivenProof(hash, right, code, recovery), password is not null, state, credential);
        return null;
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (db, tools, proof) = (call.Accounts.Context, call.Tools.Accounts, (Proof)call.Prepared!);
        var (id, session) = (call.Caller.AccountId!, call.Caller.SessionId!);
        var verdict = proof.ByPassword ? await tools.Guard.JudgeAsync(db, id, proof.Given, call.Now, call.CancellationToken)
            : proof.Given.HasSecondFactor ? Verdict(await tools.Guard.JudgeCodeAsync(db, id, proof.Given, call.Now, call.CancellationToken))
            : Verdict((await tools.Passkeys.SignedByAsync(db, session, proof.State!, proof.Credential!, call.Now, call.CancellationToken))?.Id == id);
        if (verdict is not ProofVerdict.Right)
        {
            call.Audit("session.confirm_refuse", id, ("session", session));
            return Outcome.Kept(verdict is ProofVerdict.NeedsSecondFactor
                ? new Refusal(ErrorCodes.SecondFactorRequired, "Give 'code', 'recoveryCode' or 'passkey' instead of the password.")
                : AccountView.WrongCredentials);
        }

        await call.Accounts.MySessions.Where(s => s.Id == session).ExecuteUpdateAsync(s => s.SetProperty(x => x.ConfirmedAtMs, call.NowMs), call.CancellationToken);
        call.Audit("session.confirm", id, ("session", session));
        var answer = await AccountView.OfAsync(call, await AccountView.MeAsync(call));
        return new Answer(answer with { ConfirmedUntil = call.Now + AccountView.FreshFor });
    }

    private static ProofVerdict Verdict(bool right) => right ? ProofVerdict.Right : ProofVerdict.Wrong;
}
