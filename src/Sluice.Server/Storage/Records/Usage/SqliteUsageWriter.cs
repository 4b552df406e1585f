using Microsoft.Data.Sqlite;

namespace Sluice.Server.Storage.Records.Usage;

/// <summary>Adds a batch to the roll-ups, in the transaction that is open on its connection.</summary>
internal sealed class SqliteUsageWriter : IDisposable
{
    private const string Join = "join_latencies";
    private readonly Dictionary<string, SqliteStatement> _add;
    private readonly SqliteStatement _errorMinutes;
    private readonly SqliteStatement _errorHours;

    public SqliteUsageWriter(SqliteConnection connection)
    {
        connection.CreateFunction<byte[], byte[], byte[]>(Join, Joined, isDeterministic: true);
        _add = new[] { UsageTables.Minutes, UsageTables.Hours, UsageTables.ProjectMinutes, UsageTables.ProjectHours }.ToDictionary(static table => table, table => Add(connection, table), StringComparer.Ordinal);
        _errorMinutes = AddErrors(connection, UsageTables.ErrorMinutes);
        _errorHours = AddErrors(connection, UsageTables.ErrorHours);
    }

    public void Write(UsageBatch batch)
    {
        foreach (var (table, rows) in batch.Sums()) Run(_add[table], rows);
        Run(_errorMinutes, batch.ErrorMinutes());
        Run(_errorHours, batch.ErrorHours());
    }

    public void Dispose()
    {
        foreach (var add in _add.Values) add.Dispose();
        _errorMinutes.Dispose();
        _errorHours.Dispose();
    }

    private static void Run(SqliteStatement add, IReadOnlyList<KeyValuePair<UsageKey, UsageRow>> rows)
    {
        foreach (var (key, row) in rows)
        {
            add.Bind(1, key.OrganisationId);
            add.Bind(2, key.BucketMs);
            add.Bind(3, key.ProjectId);
            add.Bind(4, key.KeyId);
            add.Bind(5, key.Model);
            add.Bind(6, key.Upstream);
            add.Bind(7, key.Currency);
            var at = 8;
            for (var sum = 0; sum < UsageSums.Columns.Count; sum++) add.Bind(at++, row.Sums[(UsageSum)sum]);
            add.Bind(at++, LatencyClasses.ToBytes(row.Latencies).AsSpan());
            add.Bind(at, LatencyClasses.ToBytes(row.FirstLatencies).AsSpan());
            add.Run();
        }
    }

    private static void Run(SqliteStatement add, IReadOnlyList<KeyValuePair<UsageKey, long>> rows)
    {
        foreach (var (key, calls) in rows)
        {
            add.Bind(1, key.OrganisationId);
            add.Bind(2, key.BucketMs);
            add.Bind(3, key.ProjectId);
            add.Bind(4, key.KeyId);
            add.Bind(5, key.Model);
            add.Bind(6, calls);
            add.Run();
        }
    }

    private static SqliteStatement Add(SqliteConnection connection, string table) => new(connection.Handle!,
        $"insert into {table} ({UsageTables.Columns}) values ({string.Join(",", Enumerable.Repeat("?", 9 + UsageSums.Columns.Count))}) {UsageTables.OnConflict(table, column => $"coalesce({Join}({table}.{column}, excluded.{column}), zeroblob(0))")}");

    private static SqliteStatement AddErrors(SqliteConnection connection, string table) =>
        new(connection.Handle!, $"insert into {table} ({UsageTables.ErrorKeyColumns}, calls) values (?, ?, ?, ?, ?, ?) {UsageTables.OnErrorConflict(table)}");

    private static byte[] Joined(byte[] there, byte[] more)
    {
        if (there.Length + more.Length <= UsageTables.LatencyBytesMax) return [.. there, .. more];
        var all = new LatencyClasses();
        all.Add(there);
        all.Add(more);
        return all.ToBytes();
    }
}
