using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Accounts;

/// <summary>Writes that change nothing, done for an address that has no account where something is written for one that has: neither takes longer.</summary>
internal static class Decoy
{
    public static Task AccountAsync(SluiceDb db, CancellationToken cancellationToken) =>
        db.Accounts.Where(a => a.Id == "acc_none").ExecuteUpdateAsync(a => a.SetProperty(x => x.UpdatedAtMs, x => x.UpdatedAtMs), cancellationToken);

    public static Task ConfirmationAsync(SluiceDb db, CancellationToken cancellationToken) =>
        db.Confirmations.Where(c => c.Id == "cnf_none").ExecuteUpdateAsync(c => c.SetProperty(x => x.Attempts, x => x.Attempts), cancellationToken);

    public static async Task MessageAsync(SluiceDb db, CancellationToken cancellationToken)
    {
        await db.Outbox.CountAsync(m => m.Recipient == "none" && m.CreatedAtMs > 0, cancellationToken);
        await db.Outbox.Where(m => m.Id == "msg_none").ExecuteUpdateAsync(m => m.SetProperty(x => x.Attempts, x => x.Attempts), cancellationToken);
    }
}
