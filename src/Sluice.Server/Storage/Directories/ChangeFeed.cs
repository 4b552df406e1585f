using System.Data.Common;
using Sluice.Gateway.Changes;

namespace Sluice.Server.Storage.Directories;

/// <summary>
/// Tells the listeners of this node what was changed: after a commit here through <see cref="PublishedAsync"/>, and on PostgreSQL every
/// half second what other nodes committed. Each change is told at least once; telling it twice does no harm.
/// </summary>
public sealed class ChangeFeed(SluiceDatabase database, IEnumerable<IChangeListener> listeners, TimeProvider time, ILogger<ChangeFeed> logger) : BackgroundService
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(500);
    // A change gets its number before it is committed, so a lower number may appear after a higher one: this long is looked back for it.
    private static readonly TimeSpan LookBack = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan KeepFor = TimeSpan.FromDays(7);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);
    private const int RowsMax = 1_000;

    private readonly IChangeListener[] _listeners = [.. listeners];
    private readonly SemaphoreSlim _turn = new(1);
    // Numbers above the floor that were told, with when.
    private readonly SortedList<long, long> _told = [];
    private long _floor = -1;
    private volatile bool _behind;

    /// <summary>
    /// Remembers where the changes stand. To be awaited before the snapshots are loaded: what is committed from then on is told,
    /// what was committed before is in the snapshots.
    /// </summary>
    public async Task PrimeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_floor >= 0) return;
            var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            var newest = new List<long>();
            // A transaction under way now may still commit a number below the newest: the last ones are looked at again.
            foreach (var (seq, _, _) in await ReadAsync(connection, "select seq, kind, subject_id from changes order by seq desc limit 200", 0, cancellationToken).ConfigureAwait(false))
                newest.Add(seq);
            newest.Reverse();
            _floor = newest.Count < 200 ? 0 : newest[0];
            foreach (var seq in newest) _told[seq] = time.GetTimestamp();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>To be awaited after a commit that added changes: returns when every listener of this node has taken them in.</summary>
    /// <exception cref="Exception">A listener or the database failed; the change is told again until it succeeds.</exception>
    public async Task PublishedAsync(CancellationToken cancellationToken)
    {
        if (_floor < 0) await PrimeAsync(cancellationToken).ConfigureAwait(false);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _behind = true;
            await TellNewAsync(cancellationToken).ConfigureAwait(false);
            _behind = false;
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _turn.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(PollEvery, time);
        long? pruned = null;
        var failing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                // On SQLite there are no other nodes: only what failed is told again.
                if (_behind || database.Provider == StorageProvider.Postgres) await PublishedAsync(stoppingToken).ConfigureAwait(false);
                if (pruned is not { } last || time.GetElapsedTime(last) >= PruneEvery)
                {
                    pruned = time.GetTimestamp();
                    await PruneAsync(stoppingToken).ConfigureAwait(false);
                }
                failing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Twice a second for as long as a database is away would fill the log.
                if (!failing) logger.LogError(e, "Changes in {Database} cannot be read or taken in; this node works with what it knows and tries again every {Period} ms.", database.Location, PollEvery.TotalMilliseconds);
                failing = true;
            }
        }
    }

    private async Task TellNewAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var after = _floor;
        while (true)
        {
            var rows = await ReadAsync(connection, $"select seq, kind, subject_id from changes where seq > @after order by seq limit {RowsMax}", after, cancellationToken).ConfigureAwait(false);
            var fresh = rows.Where(r => !_told.ContainsKey(r.Seq)).ToList();
            // Single keys first: a revocation does not wait for a large organisation's keys to be read.
            await TellAsync("key", static (listener, keyId, token) => listener.KeyChangedAsync(keyId, token)).ConfigureAwait(false);
            await TellAsync("owner", static (listener, accountId, token) => listener.OwnerChangedAsync(accountId, token)).ConfigureAwait(false);
            await TellAsync("organisation", static (listener, organisationId, token) => listener.OrganisationChangedAsync(organisationId, token)).ConfigureAwait(false);
            if (fresh.Exists(r => r.Kind == "upstream"))
                foreach (var listener in _listeners) await listener.UpstreamsChangedAsync(cancellationToken).ConfigureAwait(false);
            // Only now: had a listener failed, all of them would be told again.
            foreach (var row in fresh) _told[row.Seq] = time.GetTimestamp();
            if (rows.Count < RowsMax) break;
            after = rows[^1].Seq;

            async Task TellAsync(string kind, Func<IChangeListener, string, CancellationToken, ValueTask> tell)
            {
                foreach (var subjectId in fresh.Where(r => r.Kind == kind).Select(r => r.SubjectId).Distinct(StringComparer.Ordinal))
                    foreach (var listener in _listeners) await tell(listener, subjectId, cancellationToken).ConfigureAwait(false);
            }
        }
        while (_told.Count > 0 && time.GetElapsedTime(_told.GetValueAtIndex(0)) > LookBack)
        {
            _floor = _told.GetKeyAtIndex(0);
            _told.RemoveAt(0);
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
        command.CommandText = "delete from changes where at_ms < @before";
        command.Add("@before", (time.GetUtcNow() - KeepFor).ToUnixTimeMilliseconds());
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<List<(long Seq, string Kind, string SubjectId)>> ReadAsync(DbConnection connection, string sql, long after, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        if (sql.Contains("@after", StringComparison.Ordinal)) command.Add("@after", after);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        var rows = new List<(long, string, string)>();
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) rows.Add((row.GetInt64(0), row.GetString(1), row.GetString(2)));
        return rows;
    }
}
