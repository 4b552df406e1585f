using System.Data.Common;
using Sluice.Gateway.Ledger;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Storage.Records;

/// <summary>What a starting node asks, in the same SQL on both providers.</summary>
internal static class LedgerStateQuery
{
    public static async Task<LedgerState> ReadAsync(DbConnection connection, string node, int sinceDay, CancellationToken cancellationToken)
    {
        var position = default(JournalPosition);
        var intents = new List<CallIntent>();
        var counts = new List<DayCount>();
        await EachAsync(connection, "select segment, position from journal_positions where node = @node", "@node", node,
            row => position = new JournalPosition(row.GetInt64(0), row.GetInt64(1)), cancellationToken).ConfigureAwait(false);
        await EachAsync(connection, $"select {RecordColumns.IntentList} from open_intents where node = @node order by request_id", "@node", node,
            row => intents.Add(RecordColumns.ReadIntent(row)), cancellationToken).ConfigureAwait(false);
        await EachAsync(connection, "select key_id, day, calls from day_counts where day >= @since", "@since", sinceDay,
            row => counts.Add(new DayCount(row.GetString(0), row.GetInt32(1), row.GetInt64(2))), cancellationToken).ConfigureAwait(false);
        return new LedgerState(position, intents, counts);
    }

    private static async Task EachAsync(DbConnection connection, string sql, string name, object value, Action<DbDataReader> take, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Add(name, value);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) take(row);
    }
}
