using System.Data.Common;
using System.Globalization;
using System.Text;
using Sluice.Gateway.Records;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Storage.Records;

/// <summary>
/// When each key was used last, and from where. Fed with the batches of finished calls once they are written, and put into the control plane's database every
/// few seconds, one row a key: nothing of a call waits for it, and neither does the draining of the journal. What was not yet put there is lost with the
/// process, and a batch that is written twice after a crash is counted twice: this is a sign of life, the records are the books.
/// </summary>
public sealed class KeyUses : IHostedService, IAsyncDisposable
{
    /// <summary>Keys that are held at most while the database is away; uses of further keys are left out.</summary>
    public const int KeysMax = 200_000;
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(10);
    private const int RowsPerStatement = 200;
    // Stages that let a call in; one that did not get past them did not use the key.
    private static readonly HashSet<string> Doors = new(["Authenticate", "CheckNetwork", "CheckSignature"], StringComparer.Ordinal);

    private readonly SluiceDatabase _database;
    private readonly TimeProvider _time;
    private readonly ILogger<KeyUses> _logger;
    private readonly int _keysMax;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private Dictionary<string, KeyUse> _uses = new(StringComparer.Ordinal);
    private Task _flushing = Task.CompletedTask;
    private bool _failing;
    private bool _disposed;

    public KeyUses(SluiceDatabase database, RecordStorage records, TimeProvider time, ILogger<KeyUses> logger) : this(database, records, time, logger, KeysMax)
    {
    }

    internal KeyUses(SluiceDatabase database, RecordStorage records, TimeProvider time, ILogger<KeyUses> logger, int keysMax)
    {
        (_database, _time, _logger, _keysMax) = (database, time, logger, keysMax);
        records.Written = Add;
    }

    private readonly record struct KeyUse(string OrganisationId, long AtMs, string Ip, long Calls);

    /// <summary>Takes finished calls in. Never blocks and never throws.</summary>
    public void Add(IReadOnlyList<RequestRecord> records)
    {
        lock (_gate)
        {
            foreach (var record in records)
            {
                if (record is { KeyId: { } key, OrganisationId: { } organisation } && (record.StoppedBy is null || !Doors.Contains(record.StoppedBy)))
                    Merge(_uses, key, new KeyUse(organisation, record.StartedAtMs, record.ClientIp ?? "", 1));
            }
        }
    }

    /// <summary>Puts what was taken in so far into the database.</summary>
    /// <exception cref="DbException">It is away; nothing is lost.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Dictionary<string, KeyUse> uses;
            lock (_gate)
            {
                if (_uses.Count == 0) return;
                uses = _uses;
                _uses = new(StringComparer.Ordinal);
            }
            try
            {
                await WriteAsync(uses, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                lock (_gate)
                {
                    foreach (var (key, use) in uses) Merge(_uses, key, use);
                }
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _flushing = Task.Run(FlushAgainAndAgainAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _flushing.ConfigureAwait(false);
    }

    /// <summary>Comes after the last draining of the journal: what it brought is written here.</summary>
    public async ValueTask DisposeAsync()
    {
        // The container knows it under two names.
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        await TryFlushAsync(CancellationToken.None).ConfigureAwait(false);
        _stop.Dispose();
        _turn.Dispose();
    }

    private async Task FlushAgainAndAgainAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_failing ? RetryEvery : FlushEvery, _time, _stop.Token).ConfigureAwait(false);
                await TryFlushAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
            _failing = false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever the database's trouble is, the next attempt is another chance, and nobody waits for this.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!_failing) _logger.LogWarning("The last use of keys cannot be written to {Database}; it is tried again. {Reason}", _database.Location, e.Message);
            _failing = true;
        }
    }

    private void Merge(Dictionary<string, KeyUse> uses, string key, KeyUse use)
    {
        if (!uses.TryGetValue(key, out var before))
        {
            if (uses.Count < _keysMax) uses[key] = use;
            return;
        }
        var later = use.AtMs >= before.AtMs ? use : before;
        uses[key] = later with { Calls = before.Calls + use.Calls };
    }

    private async Task WriteAsync(Dictionary<string, KeyUse> uses, CancellationToken cancellationToken)
    {
        var connection = await _database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        // In one order on every node, so that two of them cannot wait for each other.
        foreach (var chunk in uses.OrderBy(u => u.Key, StringComparer.Ordinal).Chunk(RowsPerStatement))
        {
            var command = connection.CreateCommand();
            await using var ___ = command.ConfigureAwait(false);
            command.Transaction = transaction;
#pragma warning disable CA2100 // Names of parameters.
            command.CommandText = Sql(chunk.Length);
#pragma warning restore CA2100
            for (var i = 0; i < chunk.Length; i++)
            {
                var (key, use) = chunk[i];
                command.Add(Name('k', i), key);
                command.Add(Name('o', i), use.OrganisationId);
                command.Add(Name('t', i), use.AtMs);
                command.Add(Name('a', i), StoredText.Clean(use.Ip));
                command.Add(Name('c', i), use.Calls);
            }
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Sql(int rows)
    {
        var sql = new StringBuilder("insert into key_uses (key_id, organisation_id, last_used_at_ms, last_ip, calls) values ");
        for (var i = 0; i < rows; i++)
            sql.Append(i == 0 ? "" : ", ").Append('(').AppendJoin(", ", Name('k', i), Name('o', i), Name('t', i), Name('a', i), Name('c', i)).Append(')');
        return sql.Append("""
             on conflict (key_id) do update set
              last_ip = case when excluded.last_used_at_ms >= key_uses.last_used_at_ms then excluded.last_ip else key_uses.last_ip end,
              last_used_at_ms = case when excluded.last_used_at_ms >= key_uses.last_used_at_ms then excluded.last_used_at_ms else key_uses.last_used_at_ms end,
              calls = key_uses.calls + excluded.calls
            """).ToString();
    }

    private static string Name(char column, int row) => string.Create(CultureInfo.InvariantCulture, $"@{column}{row}");
}
