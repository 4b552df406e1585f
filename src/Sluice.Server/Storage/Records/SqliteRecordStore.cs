using System.Data.Common;
using Microsoft.Data.Sqlite;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;
using Sluice.Server.Storage.Records.Usage;
using Sluice.Server.Storage.Schema;

namespace Sluice.Server.Storage.Records;

/// <summary>
/// Records in a SQLite file of their own, so that writing them never waits for the control plane and the control plane's file stays small.
/// Durability: see docs/decisions/record-store-durability.md.
/// </summary>
internal sealed class SqliteRecordStore(string path, string node, TimeProvider time) : RecordStorage
{
    // Days whose insert statement is kept prepared: today's, and yesterday's around midnight.
    private const int PreparedDaysMax = 4;
    private const int StageTimesMax = 256;

    private readonly SqliteFile _file = new(Path.GetFullPath(path));
    private readonly Lock _gate = new();
    private readonly Dictionary<int, SqliteStatement> _inserts = [];
    private readonly Dictionary<(string KeyId, int Day), long> _counts = [];
    private readonly UsageBatch _usage = new();
    private readonly byte[] _stageTimes = new byte[StageTimesMax * sizeof(int)];
    private SqliteConnection? _connection;
    private SqliteStatements? _statements;
    private SqliteUsageWriter? _usageWriter;
    private RecordReader? _reader;

    public override RecordReader Reader => _reader ??= new RecordReader(_ => new ValueTask<DbConnection>(_file.Open()), isShared: false);

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // The file may be many gigabytes: reading every page at start is left to the operator's own check.
        var connection = _file.OpenChecked(checkPages: false);
        await using var _ = connection.ConfigureAwait(false);
        await new SchemaMigrator(StorageProvider.Sqlite, _file.Path, SchemaScripts.Embedded("records", StorageProvider.Sqlite), time)
            .EnsureCurrentAsync(connection, mayUpgrade: true, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<LedgerState> ReadStateAsync(int sinceDay, CancellationToken cancellationToken)
    {
        var connection = _file.Open();
        await using var _ = connection.ConfigureAwait(false);
        return await LedgerStateQuery.ReadAsync(connection, node, sinceDay, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask WriteAsync(LedgerBatch batch, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var statements = Connected();
            statements.Begin.Run();
            try
            {
                Write(batch, statements);
                statements.Commit.Run();
            }
            catch
            {
                // Whatever broke may have broken the connection too; the next batch begins with a new one.
                Close();
                throw;
            }
        }
        Written?.Invoke(batch.Records);
        Reader.Live.Publish(batch.Records);
        return ValueTask.CompletedTask;
    }

    public override async Task<int> DropBeforeAsync(int day, CancellationToken cancellationToken)
    {
        var days = await Reader.DaysAsync(int.MinValue, day - 1, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            // Prepared inserts would keep their tables.
            Close();
            var statements = Connected();
            foreach (var old in days)
            {
                statements.Begin.Run();
                statements.Run($"drop table if exists {RecordDays.Table(old)}");
                statements.Run($"delete from record_days where day = {old}");
                statements.Run($"delete from day_counts where day < {day - 1}");
                statements.Commit.Run();
            }
        }
        var connection = _file.Open();
        await using var _ = connection.ConfigureAwait(false);
        await UsageRetention.DropAsync(connection, RecordDays.MsOf(day), UsageTables.MinutesFromMs(time), cancellationToken).ConfigureAwait(false);
        return days.Count;
    }

    public override ValueTask DisposeAsync()
    {
        lock (_gate) Close();
        _file.Release();
        return ValueTask.CompletedTask;
    }

    private void Write(LedgerBatch batch, SqliteStatements statements)
    {
        _counts.Clear();
        _usage.Clear();
        foreach (var record in batch.Records)
        {
            if (Insert(record) != 1) continue;
            _usage.Add(record);
            if (record is { Counts: true, KeyId: { } keyId })
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, (keyId, record.Day), out _)++;
        }
        foreach (var ((keyId, day), calls) in _counts)
        {
            statements.Count.Bind(1, keyId);
            statements.Count.Bind(2, day);
            statements.Count.Bind(3, calls);
            statements.Count.Run();
        }
        if (!_usage.IsEmpty) _usageWriter!.Write(_usage);
        foreach (var intent in batch.Opened) OpenIntent(statements.OpenIntent, intent);
        foreach (var requestId in batch.ClosedRequestIds)
        {
            statements.CloseIntent.Bind(1, node);
            statements.CloseIntent.Bind(2, requestId);
            statements.CloseIntent.Run();
        }
        statements.Position.Bind(1, node);
        statements.Position.Bind(2, batch.Position.Segment);
        statements.Position.Bind(3, batch.Position.Offset);
        statements.Position.Run();
    }

    private int Insert(RequestRecord record)
    {
        var insert = InsertFor(RecordDays.Of(record));
        insert.Bind(1, record.RequestId);
        insert.Bind(2, record.StartedAtMs);
        insert.Bind(3, (long)record.State);
        insert.Bind(4, record.OrganisationId);
        insert.Bind(5, record.ProjectId);
        insert.Bind(6, record.KeyId);
        insert.Bind(7, record.Day);
        insert.Bind(8, record.ClientIp);
        insert.Bind(9, record.Endpoint);
        insert.Bind(10, record.Stream);
        insert.Bind(11, record.ModelAsked);
        insert.Bind(12, record.ModelUsed);
        insert.Bind(13, record.UpstreamId);
        insert.Bind(14, record.UpstreamName);
        insert.Bind(15, record.Status);
        insert.Bind(16, record.ErrorCode);
        insert.Bind(17, record.StoppedBy);
        var stages = Math.Min(record.StageTimesUs.Length, StageTimesMax);
        insert.Bind(18, _stageTimes.AsSpan(0, StageTimes.Write(record.StageTimesUs.AsSpan(0, stages), _stageTimes)));
        insert.Bind(19, record.FirstByteUs);
        insert.Bind(20, record.TotalUs);
        insert.Bind(21, (long)record.TokenSource);
        insert.Bind(22, record.PromptTokens);
        insert.Bind(23, record.CachedTokens);
        insert.Bind(24, record.CompletionTokens);
        insert.Bind(25, record.ReasoningTokens);
        insert.Bind(26, record.CostNano);
        insert.Bind(27, record.Currency);
        insert.Bind(28, record.FinishReason);
        return insert.Run();
    }

    private void OpenIntent(SqliteStatement open, CallIntent intent)
    {
        open.Bind(1, node);
        open.Bind(2, intent.RequestId);
        open.Bind(3, intent.StartedAtMs);
        open.Bind(4, intent.OrganisationId);
        open.Bind(5, intent.ProjectId);
        open.Bind(6, intent.KeyId);
        open.Bind(7, intent.Day);
        open.Bind(8, intent.Endpoint);
        open.Bind(9, intent.Stream);
        open.Bind(10, intent.ModelAsked);
        open.Bind(11, intent.ClientIp);
        open.Bind(12, intent.PromptTokensEstimate);
        open.Run();
    }

    private SqliteStatement InsertFor(int day)
    {
        if (_inserts.TryGetValue(day, out var insert)) return insert;
        var statements = _statements!;
        var table = RecordDays.Table(day);
        // In the batch's own transaction: rolled back with it, a table never stands without its entry in record_days.
        statements.Run($"""
            create table if not exists {table} (
              request_id text not null primary key, started_at_ms integer not null, state integer not null, organisation_id text, project_id text,
              key_id text, day integer not null, client_ip text, endpoint text not null, stream integer not null, model_asked text, model_used text,
              upstream_id text, upstream_name text, status integer not null, error_code text, stopped_by text, stage_times blob not null,
              first_byte_us integer not null, total_us integer not null, token_source integer not null, prompt_tokens integer not null,
              cached_tokens integer not null, completion_tokens integer not null, reasoning_tokens integer not null, cost_nano integer,
              currency text, finish_reason text
            ) strict, without rowid
            """);
        statements.Run($"create index if not exists {table}_by_key on {table} (key_id, request_id) where key_id is not null");
        statements.Run($"insert into record_days (day) values ({day}) on conflict do nothing");
        if (_inserts.Count == PreparedDaysMax)
        {
            foreach (var old in _inserts.Values) old.Dispose();
            _inserts.Clear();
        }
        var values = string.Join(",", Enumerable.Repeat("?", RecordColumns.Count));
        return _inserts[day] = new SqliteStatement(_connection!.Handle!, $"insert into {table} ({RecordColumns.List}) values ({values}) on conflict (request_id) do nothing");
    }

    private SqliteStatements Connected()
    {
        if (_statements is not null) return _statements;
        _connection = _file.Open();
        _usageWriter = new SqliteUsageWriter(_connection);
        return _statements = new SqliteStatements(_connection);
    }

    private void Close()
    {
        foreach (var insert in _inserts.Values) insert.Dispose();
        _inserts.Clear();
        _usageWriter?.Dispose();
        _usageWriter = null;
        _statements?.Dispose();
        _statements = null;
        // Out of the pool too: an open transaction must not come back with it.
        if (_connection is not null) SqliteConnection.ClearPool(_connection);
        _connection?.Dispose();
        _connection = null;
    }
}
