using Microsoft.EntityFrameworkCore;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Accounts;

/// <summary>What is taken away from an account that changes hands or ends.</summary>
internal static class AccountRemains
{
    /// <summary>Every other way in: passkeys, second factor, telephone, single sign-on.</summary>
    public static async Task ClearAccessAsync(SluiceDb db, AccountRow account, CancellationToken cancellationToken)
    {
        await db.Passkeys.Where(p => p.UserId == account.Id).ExecuteDeleteAsync(cancellationToken);
        await db.AccountTokens.Where(t => t.UserId == account.Id).ExecuteDeleteAsync(cancellationToken);
        await db.AccountLogins.Where(l => l.UserId == account.Id).ExecuteDeleteAsync(cancellationToken);
        (account.TwoFactorEnabled, account.TotpLastStep, account.SecondFactorFailedCount, account.SecondFactorBlockedUntilMs) = (false, null, 0, null);
        (account.PhoneNumber, account.PhoneNumberConfirmed) = (null, false);
    }

    /// <summary>Everything personal. The row stays as an id, so that what others wrote down (audit log, keys, decisions) still refers to somebody.</summary>
    public static async Task PseudonymiseAsync(OperationCall call, AccountRow account)
    {
        var (db, id, normalized, nowMs, cancellation) = (call.Accounts.Context, account.Id, account.NormalizedEmail!, call.NowMs, call.CancellationToken);
        var (address, phone) = (account.Email!, account.PhoneNumber);
        await ClearAccessAsync(db, account, cancellation);
        await db.Sessions.Where(s => s.AccountId == id).ExecuteDeleteAsync(cancellation);
        await db.Confirmations.Where(c => c.AccountId == id).ExecuteDeleteAsync(cancellation);
        await db.Notifications.Where(n => n.AccountId == id).ExecuteDeleteAsync(cancellation);
        await db.Outbox.Where(m => m.AccountId == id || m.Recipient == address || (phone != null && m.Recipient == phone)).ExecuteDeleteAsync(cancellation);
        await db.ManagementTokens.Where(t => t.AccountId == id && t.RevokedAtMs == null).ExecuteUpdateAsync(t => t.SetProperty(x => x.RevokedAtMs, nowMs), cancellation);

        var gone = EmailAddress.Parse($"{id}@deleted.invalid")!;
        await db.Invitations.Where(i => i.NormalizedEmail == normalized).ExecuteUpdateAsync(i => i.SetProperty(x => x.Email, gone.Text).SetProperty(x => x.NormalizedEmail, gone.Normalized), cancellation);
        (account.Email, account.NormalizedEmail, account.UserName, account.NormalizedUserName) = (gone.Text, gone.Normalized, gone.Text, gone.Normalized);
        (account.Name, account.PasswordHash, account.EmailConfirmed, account.EmailConfirmedAtMs) = ("Deleted account", null, false, null);
        (account.SuspendedAtMs, account.SuspendedReason, account.SecurityStamp) = (nowMs, DeletedReason, AccountUsers.NewStamp());
        account.UpdatedAtMs = call.Touch(account.UpdatedAtMs);
    }

    /// <summary>Stands for the reason of a suspension where the person deleted the account.</summary>
    public const string DeletedReason = "deleted";
}
