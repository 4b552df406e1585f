using Sluice.Gateway.Ledger;
using Sluice.Gateway.Limits;

namespace Sluice.Gateway;

/// <summary>Brings the gateway up: the books of the last run are closed first, so that no limit starts from a wrong count.</summary>
public sealed class GatewayStart(CallLedger ledger, InProcessLimits limits, GatewaySnapshots snapshots)
{
    /// <summary>Throws <see cref="LedgerStartException"/> with one clear sentence if the journal cannot be used.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        limits.Restore(await ledger.StartAsync(cancellationToken));
        await snapshots.LoadAsync(cancellationToken);
    }
}
