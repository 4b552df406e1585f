using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>What somebody gave to sign in or to prove who they are.</summary>
/// <param name="Hash">The hash that the password was checked against; if the account has another by now, the check says nothing.</param>
/// <param name="PasswordIsRight">What came of it.</param>
/// <param name="Code">A one-time code, or <see langword="null"/>.</param>
/// <param name="RecoveryCode">A recovery code, or <see langword="null"/>.</param>
internal sealed record GivenProof(string? Hash, bool PasswordIsRight, string? Code, string? RecoveryCode)
{
    public bool HasSecondFactor => Code is not null || RecoveryCode is not null;
}

internal enum ProofVerdict
{
    Right,
    Wrong,
    /// <summary>The password is right; a second factor is asked for and was not given.</summary>
    NeedsSecondFactor,
}

/// <summary>
/// Counts wrong passwords and codes of an account, makes guessing slow and ends it. From the fifth failure on every further try has to wait, longer each
/// time; after a hundred in a row no password opens the account until it is reset. Whoever has the right second factor as well comes in all the same, so that
/// nobody can lock an account's owner out. A try that came too early is not looked at, and everybody is told the same.
/// </summary>
internal sealed class SignInGuard(AccountUsers users)
{
    public const int FailuresMax = 100;
    private const int FreeFailures = 4;
    private const string Nobody = "acc_none";
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(15);

    /// <summary>How long after so many failures the next try has to wait.</summary>
    public static TimeSpan WaitAfter(int failures) =>
        failures <= FreeFailures ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(WaitMax.TotalSeconds, FirstWait.TotalSeconds * Math.Pow(2, Math.Min(20, failures - FreeFailures - 1))));

    /// <summary>Judges a password with what came beside it, and counts. Does as much for nobody as for somebody.</summary>
    public async Task<ProofVerdict> JudgeAsync(SluiceDb db, string? accountId, GivenProof proof, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = accountId ?? Nobody;
        var nowMs = now.ToUnixTimeMilliseconds();
        // Counted before it is judged: of many at once each finds those before it.
        await db.Accounts.Where(a => a.Id == id).ExecuteUpdateAsync(a => a.SetProperty(x => x.AccessFailedCount, x => x.AccessFailedCount + 1), cancellationToken);
        var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, cancellationToken);
        var before = (account?.AccessFailedCount ?? 1) - 1;
        var blocked = before >= FailuresMax || account?.LockoutEnd > now;
        var right = account?.PasswordHash is { } hash && hash == proof.Hash && proof.PasswordIsRight;

        long? step = account?.TotpLastStep;
        var (factorFailures, factorBlockedUntil) = (account?.SecondFactorFailedCount ?? 0, account?.SecondFactorBlockedUntilMs);
        var factor = false;
        if (right && account!.TwoFactorEnabled && proof.HasSecondFactor && factorFailures < FailuresMax && !(factorBlockedUntil > nowMs))
        {
            (factor, step) = await IsSecondFactorAsync(db, account, proof, now);
            factorFailures = factor ? 0 : factorFailures + 1;
            factorBlockedUntil = factor || factorFailures <= FreeFailures ? null : nowMs + (long)WaitAfter(factorFailures).TotalMilliseconds;
        }

        var verdict = !right || (blocked && !factor) ? ProofVerdict.Wrong
            : !account!.TwoFactorEnabled || factor ? ProofVerdict.Right
            : proof.HasSecondFactor ? ProofVerdict.Wrong : ProofVerdict.NeedsSecondFactor;
        // Only a wrong password that was looked at counts: neither one that came too early nor a right one whose code was wrong, which has a count of its own.
        var failures = verdict is ProofVerdict.Right ? 0 : right || blocked ? before : before + 1;
        DateTimeOffset? end = verdict is ProofVerdict.Right ? null
            : right || blocked ? account?.LockoutEnd
            : failures > FreeFailures ? now + WaitAfter(failures) : null;
        await db.Accounts.Where(a => a.Id == id).ExecuteUpdateAsync(a => a.SetProperty(x => x.AccessFailedCount, failures).SetProperty(x => x.LockoutEnd, end)
            .SetProperty(x => x.TotpLastStep, step).SetProperty(x => x.SecondFactorFailedCount, factorFailures).SetProperty(x => x.SecondFactorBlockedUntilMs, factorBlockedUntil), cancellationToken);
        return verdict;
    }

    /// <summary>Judges a code alone, of somebody who is signed in already.</summary>
    public async Task<bool> JudgeCodeAsync(SluiceDb db, string accountId, GivenProof proof, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        await db.Accounts.Where(a => a.Id == accountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SecondFactorFailedCount, x => x.SecondFactorFailedCount + 1), cancellationToken);
        var account = await db.Accounts.AsNoTracking().SingleAsync(a => a.Id == accountId, cancellationToken);
        var before = account.SecondFactorFailedCount - 1;
        var looked = account.TwoFactorEnabled && before < FailuresMax && !(account.SecondFactorBlockedUntilMs > nowMs);
        var (right, step) = looked ? await IsSecondFactorAsync(db, account, proof, now) : (false, account.TotpLastStep);
        var failures = right ? 0 : looked ? before + 1 : before;
        var until = right ? null : looked && failures > FreeFailures ? nowMs + (long)WaitAfter(failures).TotalMilliseconds : account.SecondFactorBlockedUntilMs;
        await db.Accounts.Where(a => a.Id == accountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SecondFactorFailedCount, failures)
            .SetProperty(x => x.SecondFactorBlockedUntilMs, until).SetProperty(x => x.TotpLastStep, step), cancellationToken);
        return right;
    }

    private async Task<(bool Right, long? Step)> IsSecondFactorAsync(SluiceDb db, AccountRow account, GivenProof proof, DateTimeOffset now)
    {
        var manager = users.Over(db);
        if (proof.Code is { } code)
        {
            return await manager.GetAuthenticatorKeyAsync(account) is { } secret && Totp.StepOf(secret, code, now, account.TotpLastStep) is { } step ? (true, step) : (false, account.TotpLastStep);
        }

        // The store writes what is left of the codes; the account's own row is not touched here.
        var store = users.StoreOver(db);
        return (await store.RedeemCodeAsync(account, RecoveryCodes.Canonical(proof.RecoveryCode!), CancellationToken.None), account.TotpLastStep);
    }
}
