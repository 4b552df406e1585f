using Sluice.Gateway.Ledger;

namespace Sluice.Gateway.Records;

/// <summary>Where finished requests are kept: the gateway's port to the house. One writer; called by the journal's drainer only, never while a request waits.</summary>
public interface IRecordStore
{
    /// <summary>Everything a starting node needs: how far the journal was drained, which intents are open, and the counters.</summary>
    /// <param name="sinceDay">Counters of this day number and later.</param>
    ValueTask<LedgerState> ReadStateAsync(int sinceDay, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the batch in one transaction, position included, so that each record is kept exactly once however often the process dies.
    /// A record whose id is there already is ignored (and its counter with it).
    /// </summary>
    ValueTask WriteAsync(LedgerBatch batch, CancellationToken cancellationToken);
}
