using System.Data.Common;
using System.Globalization;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Storage.Records.Usage;

/// <summary>Drops old rows of the roll-ups, one organisation's at a time: each is one range of the primary key.</summary>
internal static class UsageRetention
{
    /// <param name="hoursBeforeMs">Hours that begin before this go.</param>
    /// <param name="minutesBeforeMs">Minutes that begin before this go.</param>
    public static async Task DropAsync(DbConnection connection, long hoursBeforeMs, long minutesBeforeMs, CancellationToken cancellationToken)
    {
        foreach (var (table, before) in new[] { (UsageTables.Minutes, minutesBeforeMs), (UsageTables.ErrorMinutes, minutesBeforeMs), (UsageTables.ProjectMinutes, minutesBeforeMs), (UsageTables.Hours, hoursBeforeMs), (UsageTables.ProjectHours, hoursBeforeMs), (UsageTables.ErrorHours, hoursBeforeMs) })
        {
            for (var organisation = await NextAsync(connection, table, "", cancellationToken).ConfigureAwait(false); organisation is not null;
                organisation = await NextAsync(connection, table, organisation, cancellationToken).ConfigureAwait(false))
            {
                // A day at a time, so that nobody waits long for a lock.
                while (await OldestAsync(connection, table, organisation, before, cancellationToken).ConfigureAwait(false) is { } oldest)
                {
                    var command = Command(connection, $"delete from {table} where organisation_id = @organisation and bucket_ms < @before", ("@organisation", organisation), ("@before", Math.Min(before, oldest + 86_400_000)));
                    await using var _ = command.ConfigureAwait(false);
                    command.CommandTimeout = 0;
                    await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private static async Task<string?> NextAsync(DbConnection connection, string table, string after, CancellationToken cancellationToken)
    {
        var command = Command(connection, $"select organisation_id from {table} where organisation_id > @after order by organisation_id limit 1", ("@after", after));
        await using var _ = command.ConfigureAwait(false);
        return (string?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<long?> OldestAsync(DbConnection connection, string table, string organisation, long before, CancellationToken cancellationToken)
    {
        var command = Command(connection, $"select bucket_ms from {table} where organisation_id = @organisation and bucket_ms < @before order by bucket_ms limit 1", ("@organisation", organisation), ("@before", before));
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is { } oldest ? Convert.ToInt64(oldest, CultureInfo.InvariantCulture) : null;
    }

    private static DbCommand Command(DbConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants and names of parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in values) command.Add(name, value);
        return command;
    }
}
