using Npgsql;
using NpgsqlTypes;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;
using Sluice.Server.Storage.Records.Usage;
using Sluice.Server.Storage.Schema;

namespace Sluice.Server.Storage.Records;

/// <summary>
/// Records in daily partitions of one PostgreSQL table: a batch is copied into a temporary table and inserted from there, with counters,
/// intents and position in the same transaction.
/// </summary>
internal sealed class PostgresRecordStore(PostgresDatabase database, string node, TimeProvider time, bool mayUpgrade) : RecordStorage
{
    private const long PartitionLock = 5_080_002;
    private const int StageTimesMax = 256;

    private const string Merge = """
        with inserted as (
          insert into records select * from batch_records on conflict do nothing returning request_id, key_id, day, state
        ), counted as (
        insert into day_counts (key_id, day, calls)
        select key_id, day, count(*) from inserted where state in (3, 4) and key_id is not null
        -- In one order on every node, so that two of them cannot wait for each other.
        group by key_id, day order by key_id, day
        on conflict (key_id, day) do update set calls = day_counts.calls + excluded.calls
        )
        select request_id from inserted
        """;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly HashSet<int> _days = [];
    private readonly UsageBatch _usage = new();
    // Held on to: its temporary table lives as long as it does.
    private NpgsqlConnection? _connection;
    private RecordReader? _reader;

    public override RecordReader Reader => _reader ??= new RecordReader(database.OpenAsync, isShared: true);

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            await new SchemaMigrator(StorageProvider.Postgres, database.Location, SchemaScripts.Embedded("records", StorageProvider.Postgres), time)
                .EnsureCurrentAsync(connection, mayUpgrade, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new StorageException($"The {database.Location} does not answer ({e.Message}): check the connection string and that the server runs.", e);
        }
    }

    public override async ValueTask<LedgerState> ReadStateAsync(int sinceDay, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await LedgerStateQuery.ReadAsync(connection, node, sinceDay, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask WriteAsync(LedgerBatch batch, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            await EnsurePartitionsAsync(connection, batch.Records, cancellationToken).ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            if (batch.Records.Count > 0)
            {
                await CopyAsync(connection, batch.Records, cancellationToken).ConfigureAwait(false);
                await MergeAsync(connection, batch.Records, cancellationToken).ConfigureAwait(false);
                if (!_usage.IsEmpty) await PostgresUsageWriter.WriteAsync(connection, _usage, cancellationToken).ConfigureAwait(false);
            }
            await WriteLedgerAsync(connection, batch, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            Written?.Invoke(batch.Records);
            Reader.Live.Publish(batch.Records);
        }
        catch
        {
            // Whether the commit arrived is not known; the drainer sends the batch again and finds out by its ids.
            await DropConnectionAsync().ConfigureAwait(false);
            _days.Clear();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async Task<int> DropBeforeAsync(int day, CancellationToken cancellationToken)
    {
        var days = await Reader.DaysAsync(int.MinValue, day - 1, cancellationToken).ConfigureAwait(false);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            foreach (var old in days)
            {
                _days.Remove(old);
                await RunAsync(connection, $"""
                    begin; select pg_advisory_xact_lock({PartitionLock});
                    drop table if exists {RecordDays.Table(old)}; delete from record_days where day = {old};
                    delete from day_counts where day < {day - 1}; commit
                    """, cancellationToken).ConfigureAwait(false);
            }
            await UsageRetention.DropAsync(connection, RecordDays.MsOf(day), UsageTables.MinutesFromMs(time), cancellationToken).ConfigureAwait(false);
            return days.Count;
        }
        catch
        {
            await DropConnectionAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await DropConnectionAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private async ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is not null) return _connection;
        _connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync(_connection, "create temporary table if not exists batch_records (like records) on commit delete rows", cancellationToken).ConfigureAwait(false);
        return _connection;
    }

    private async ValueTask DropConnectionAsync()
    {
        var connection = _connection;
        _connection = null;
        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask EnsurePartitionsAsync(NpgsqlConnection connection, IReadOnlyList<RequestRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            var day = RecordDays.Of(record);
            if (_days.Contains(day)) continue;
            // In a transaction of its own: it locks the table of all partitions, which a whole batch must not.
            await RunAsync(connection, $"""
                begin; select pg_advisory_xact_lock({PartitionLock});
                create table if not exists {RecordDays.Table(day)} partition of records for values from ({day}) to ({day + 1});
                insert into record_days (day) values ({day}) on conflict do nothing; commit
                """, cancellationToken).ConfigureAwait(false);
            _days.Add(day);
        }
    }

    /// <summary>Moves the batch to where it belongs, and adds up what was not there before.</summary>
    private async Task MergeAsync(NpgsqlConnection connection, IReadOnlyList<RequestRecord> records, CancellationToken cancellationToken)
    {
        var inserted = new HashSet<string>(records.Count, StringComparer.Ordinal);
        var command = new NpgsqlCommand(Merge, connection);
        await using var _ = command.ConfigureAwait(false);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (row.ConfigureAwait(false))
        {
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) inserted.Add(row.GetString(0));
        }
        _usage.Clear();
        // Of an id that is in the batch twice, the first was inserted.
        foreach (var record in records)
        {
            if (inserted.Remove(StoredText.Clean(record.RequestId))) _usage.Add(record);
        }
    }

    private static async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<RequestRecord> records, CancellationToken cancellationToken)
    {
        var copy = await connection.BeginBinaryImportAsync($"copy batch_records (utc_day, {RecordColumns.List}) from stdin (format binary)", cancellationToken).ConfigureAwait(false);
        await using var _ = copy.ConfigureAwait(false);
        foreach (var record in records)
        {
            await copy.StartRowAsync(cancellationToken).ConfigureAwait(false);
            await Integer(RecordDays.Of(record)).ConfigureAwait(false);
            await Text(record.RequestId).ConfigureAwait(false);
            await Long(record.StartedAtMs).ConfigureAwait(false);
            await Integer((int)record.State).ConfigureAwait(false);
            await Text(record.OrganisationId).ConfigureAwait(false);
            await Text(record.ProjectId).ConfigureAwait(false);
            await Text(record.KeyId).ConfigureAwait(false);
            await Integer(record.Day).ConfigureAwait(false);
            await Text(record.ClientIp).ConfigureAwait(false);
            await Text(record.Endpoint).ConfigureAwait(false);
            await copy.WriteAsync(record.Stream, NpgsqlDbType.Boolean, cancellationToken).ConfigureAwait(false);
            await Text(record.ModelAsked).ConfigureAwait(false);
            await Text(record.ModelUsed).ConfigureAwait(false);
            await Text(record.UpstreamId).ConfigureAwait(false);
            await Text(record.UpstreamName).ConfigureAwait(false);
            await Integer(record.Status).ConfigureAwait(false);
            await Text(record.ErrorCode).ConfigureAwait(false);
            await Text(record.StoppedBy).ConfigureAwait(false);
            var stages = new byte[Math.Min(record.StageTimesUs.Length, StageTimesMax) * sizeof(int)];
            StageTimes.Write(record.StageTimesUs.AsSpan(0, stages.Length / sizeof(int)), stages);
            await copy.WriteAsync(stages, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
            await Long(record.FirstByteUs).ConfigureAwait(false);
            await Long(record.TotalUs).ConfigureAwait(false);
            await Integer((int)record.TokenSource).ConfigureAwait(false);
            await Long(record.PromptTokens).ConfigureAwait(false);
            await Long(record.CachedTokens).ConfigureAwait(false);
            await Long(record.CompletionTokens).ConfigureAwait(false);
            await Long(record.ReasoningTokens).ConfigureAwait(false);
            await (record.CostNano is { } cost ? Long(cost) : copy.WriteNullAsync(cancellationToken)).ConfigureAwait(false);
            await Text(record.Currency).ConfigureAwait(false);
            await Text(record.FinishReason).ConfigureAwait(false);
        }
        await copy.CompleteAsync(cancellationToken).ConfigureAwait(false);

        Task Integer(int value) => copy.WriteAsync(value, NpgsqlDbType.Integer, cancellationToken);
        Task Long(long value) => copy.WriteAsync(value, NpgsqlDbType.Bigint, cancellationToken);
        Task Text(string? value) => value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(StoredText.Clean(value), NpgsqlDbType.Text, cancellationToken);
    }

    private async Task WriteLedgerAsync(NpgsqlConnection connection, LedgerBatch batch, CancellationToken cancellationToken)
    {
        var work = new NpgsqlBatch(connection);
        await using var _ = work.ConfigureAwait(false);
        foreach (var intent in batch.Opened)
        {
            var open = new NpgsqlBatchCommand($"insert into open_intents (node, {RecordColumns.IntentList}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing");
            foreach (object value in (object[])[node, StoredText.Clean(intent.RequestId), intent.StartedAtMs, intent.OrganisationId, intent.ProjectId, intent.KeyId, intent.Day, StoredText.Clean(intent.Endpoint), intent.Stream])
                open.Parameters.Add(new NpgsqlParameter { Value = value });
            foreach (var text in (string?[])[intent.ModelAsked, intent.ClientIp])
                open.Parameters.Add(new NpgsqlParameter { Value = text is null ? DBNull.Value : StoredText.Clean(text), NpgsqlDbType = NpgsqlDbType.Text });
            open.Parameters.Add(new NpgsqlParameter { Value = intent.PromptTokensEstimate });
            work.BatchCommands.Add(open);
        }
        foreach (var requestId in batch.ClosedRequestIds)
            work.BatchCommands.Add(new NpgsqlBatchCommand("delete from open_intents where node = $1 and request_id = $2") { Parameters = { new() { Value = node }, new() { Value = StoredText.Clean(requestId) } } });
        work.BatchCommands.Add(new NpgsqlBatchCommand("insert into journal_positions (node, segment, position) values ($1, $2, $3) on conflict (node) do update set segment = excluded.segment, position = excluded.position")
        {
            Parameters = { new() { Value = node }, new() { Value = batch.Position.Segment }, new() { Value = batch.Position.Offset } },
        });
        await work.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants and day numbers.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
