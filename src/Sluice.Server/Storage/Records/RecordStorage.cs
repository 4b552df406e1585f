using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Server.Storage.Records;

/// <summary>Where request records are kept: a file of its own beside a SQLite control plane, tables of the same database on PostgreSQL.</summary>
public abstract class RecordStorage : IRecordStore, IAsyncDisposable
{
    /// <summary>Makes the storage object; does no I/O yet.</summary>
    /// <param name="sqlitePath">File of the records, used where <paramref name="database"/> is SQLite; its folder must exist.</param>
    /// <param name="node">Names this node's journal: the same after every start of this node, different for each. At most one process writes under a name.</param>
    /// <param name="mayUpgrade">Whether tables that exist may be changed on PostgreSQL.</param>
    public static RecordStorage Open(SluiceDatabase database, string sqlitePath, string node, TimeProvider time, bool mayUpgrade = false) => database switch
    {
        PostgresDatabase postgres => new PostgresRecordStore(postgres, node, time, mayUpgrade),
        _ => new SqliteRecordStore(sqlitePath, node, time),
    };

    /// <summary>Told of every batch once it is written; must neither block nor throw.</summary>
    public Action<IReadOnlyList<RequestRecord>>? Written { get; set; }

    /// <summary>Finds and lists what was written; may be used from many threads.</summary>
    public abstract RecordReader Reader { get; }

    /// <summary>To be awaited once at start, before anything else.</summary>
    /// <exception cref="StorageException">The storage cannot be used; the message says why and what to do.</exception>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask<LedgerState> ReadStateAsync(int sinceDay, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask WriteAsync(LedgerBatch batch, CancellationToken cancellationToken);

    /// <summary>Drops the records of every day (UTC) before this one, the day counters of two days before it and earlier, and roll-ups that are older than the records or minutes past their time.</summary>
    /// <param name="day">Day number, see <see cref="DateOnly.DayNumber"/>.</param>
    /// <returns>How many days were dropped.</returns>
    public abstract Task<int> DropBeforeAsync(int day, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
