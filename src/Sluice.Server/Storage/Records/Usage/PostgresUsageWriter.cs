using Npgsql;
using NpgsqlTypes;

namespace Sluice.Server.Storage.Records.Usage;

/// <summary>Adds a batch to the roll-ups, in the transaction that is open on the connection. All rows of a table go in one statement, in one order on every node.</summary>
internal static class PostgresUsageWriter
{
    // What comes is put behind what is there, which costs no reading; the few that have grown too long are given back and written anew while their rows are locked.
    private static readonly Dictionary<string, string> Add = Each(Adding);
    private static readonly Dictionary<string, string> Shorten = Each(Shortening);
    private static readonly string[] AddErrors = [AddingErrors(UsageTables.ErrorMinutes), AddingErrors(UsageTables.ErrorHours)];

    public static async Task WriteAsync(NpgsqlConnection connection, UsageBatch batch, CancellationToken cancellationToken)
    {
        var work = new NpgsqlBatch(connection);
        await using var _ = work.ConfigureAwait(false);
        var sums = batch.Sums();
        foreach (var (table, added) in sums) work.BatchCommands.Add(Rows(Add[table], added));
        if (batch.ErrorMinutes() is { Count: > 0 } errors)
        {
            work.BatchCommands.Add(Errors(AddErrors[0], errors));
            work.BatchCommands.Add(Errors(AddErrors[1], batch.ErrorHours()));
        }
        var tooLong = new NpgsqlBatch(connection);
        await using var __ = tooLong.ConfigureAwait(false);
        var rows = await work.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (rows.ConfigureAwait(false))
        {
            foreach (var (table, _) in sums)
            {
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) tooLong.BatchCommands.Add(Shortened(Shorten[table], rows));
                await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
            }
            while (await rows.NextResultAsync(cancellationToken).ConfigureAwait(false)) { }
        }
        if (tooLong.BatchCommands.Count > 0) await tooLong.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static NpgsqlBatchCommand Rows(string sql, IReadOnlyList<KeyValuePair<UsageKey, UsageRow>> rows)
    {
        var command = Keys(sql, [.. rows.Select(static r => r.Key)]);
        Texts(command, rows.Select(static r => r.Key.Upstream));
        Texts(command, rows.Select(static r => r.Key.Currency));
        for (var sum = 0; sum < UsageSums.Columns.Count; sum++) Longs(command, rows.Select(r => r.Value.Sums[(UsageSum)sum]));
        Bytes(command, rows.Select(static r => LatencyClasses.ToBytes(r.Value.Latencies)));
        Bytes(command, rows.Select(static r => LatencyClasses.ToBytes(r.Value.FirstLatencies)));
        return command;
    }

    private static NpgsqlBatchCommand Errors(string sql, IReadOnlyList<KeyValuePair<UsageKey, long>> rows)
    {
        var command = Keys(sql, [.. rows.Select(static r => r.Key)]);
        Longs(command, rows.Select(static r => r.Value));
        return command;
    }

    private static NpgsqlBatchCommand Keys(string sql, IReadOnlyList<UsageKey> keys)
    {
        var command = new NpgsqlBatchCommand(sql);
        Texts(command, keys.Select(static k => k.OrganisationId));
        Longs(command, keys.Select(static k => k.BucketMs));
        Texts(command, keys.Select(static k => k.ProjectId));
        Texts(command, keys.Select(static k => k.KeyId));
        Texts(command, keys.Select(static k => k.Model));
        return command;
    }

    private static NpgsqlBatchCommand Shortened(string sql, NpgsqlDataReader row)
    {
        var command = new NpgsqlBatchCommand(sql);
        for (var column = 0; column < 7; column++) command.Parameters.Add(new NpgsqlParameter { Value = column == 1 ? row.GetInt64(1) : row.GetString(column) });
        for (var column = 7; column < 9; column++)
        {
            var all = new LatencyClasses();
            all.Add(row.GetFieldValue<byte[]>(column));
            command.Parameters.Add(new NpgsqlParameter { Value = all.ToBytes() });
        }
        return command;
    }

    private static void Texts(NpgsqlBatchCommand command, IEnumerable<string> values) => Array(command, values.ToArray(), NpgsqlDbType.Text);

    private static void Longs(NpgsqlBatchCommand command, IEnumerable<long> values) => Array(command, values.ToArray(), NpgsqlDbType.Bigint);

    private static void Bytes(NpgsqlBatchCommand command, IEnumerable<byte[]> values) => Array(command, values.ToArray(), NpgsqlDbType.Bytea);

    private static void Array(NpgsqlBatchCommand command, object values, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });

    private static Dictionary<string, string> Each(Func<string, string> sql) =>
        new[] { UsageTables.Minutes, UsageTables.Hours, UsageTables.ProjectMinutes, UsageTables.ProjectHours }.ToDictionary(static table => table, sql, StringComparer.Ordinal);

    private static string Adding(string table) => $"""
        with added as (
          insert into {table} ({UsageTables.Columns}) select {UsageTables.Columns} from unnest({Parameters(9 + UsageSums.Columns.Count)}) with ordinality as t ({UsageTables.Columns}, number) order by number
          {UsageTables.OnConflict(table, column => $"{table}.{column} || excluded.{column}")}
          returning {UsageTables.KeyColumns}, latencies, first_latencies
        )
        select * from added where octet_length(latencies) > {UsageTables.LatencyBytesMax} or octet_length(first_latencies) > {UsageTables.LatencyBytesMax}
        """;

    private static string Shortening(string table) =>
        $"update {table} set latencies = $8, first_latencies = $9 where ({UsageTables.KeyColumns}) = ($1, $2, $3, $4, $5, $6, $7)";

    private static string AddingErrors(string table) =>
        $"insert into {table} ({UsageTables.ErrorKeyColumns}, calls) select {UsageTables.ErrorKeyColumns}, calls from unnest({Parameters(6)}) with ordinality as t ({UsageTables.ErrorKeyColumns}, calls, number) order by number {UsageTables.OnErrorConflict(table)}";

    private static string Parameters(int count) => string.Join(", ", Enumerable.Range(1, count).Select(static i => $"${i}"));
}
