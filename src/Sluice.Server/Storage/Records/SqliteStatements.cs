using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sluice.Server.Storage.Records;

/// <summary>The prepared statements of the record writer that do not depend on the day.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private readonly sqlite3 _database;
    private readonly List<SqliteStatement> _all = [];

    public SqliteStatements(SqliteConnection connection)
    {
        _database = connection.Handle!;
        // A checkpoint writes each page that changed once, however often it changed: fewer checkpoints, less writing. 16 MiB of log.
        Run("pragma wal_autocheckpoint = 4000");
        Run("pragma cache_size = -8192");
        Begin = Prepare("begin immediate");
        Commit = Prepare("commit");
        Count = Prepare("insert into day_counts (key_id, day, calls) values (?, ?, ?) on conflict (key_id, day) do update set calls = calls + excluded.calls");
        OpenIntent = Prepare($"insert into open_intents (node, {RecordColumns.IntentList}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing");
        CloseIntent = Prepare("delete from open_intents where node = ? and request_id = ?");
        Position = Prepare("insert into journal_positions (node, segment, position) values (?, ?, ?) on conflict (node) do update set segment = excluded.segment, position = excluded.position");
    }

    public SqliteStatement Begin { get; }
    public SqliteStatement Commit { get; }
    public SqliteStatement Count { get; }
    public SqliteStatement OpenIntent { get; }
    public SqliteStatement CloseIntent { get; }
    public SqliteStatement Position { get; }

    public void Run(string sql)
    {
        using var statement = new SqliteStatement(_database, sql);
        statement.Run();
    }

    public void Dispose()
    {
        foreach (var statement in _all) statement.Dispose();
    }

    private SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(_database, sql);
        _all.Add(statement);
        return statement;
    }
}
