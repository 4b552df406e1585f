using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using Sluice.Gateway.Records;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Storage.Records;

/// <summary>
/// Adds up what keys were used for, a day's table and so many keys at a time. Exact, since a scope is cut down to the answer: it reads every row of
/// these keys by their index, and no row of any other. Memory grows with the routes and models used, not with the calls.
/// </summary>
internal sealed class KeyUsageQuery(IReadOnlyCollection<string> keyIds, long sinceMs)
{
    private const int KeysAtOnce = 200;
    private readonly Dictionary<(string KeyId, string Endpoint, string? Model), (long Calls, long LastMs)> _sums = [];

    public IReadOnlyList<KeyUsage> Usage => [.. _sums.Select(s => new KeyUsage(s.Key.KeyId, s.Key.Endpoint, s.Key.Model, s.Value.Calls, s.Value.LastMs))];

    /// <param name="low">Sorts before every request id that may matter.</param>
    public async Task AddDayAsync(DbConnection connection, int day, string low, CancellationToken cancellationToken)
    {
        foreach (var keys in keyIds.Chunk(KeysAtOnce))
        {
            var command = connection.CreateCommand();
            await using var _ = command.ConfigureAwait(false);
            var names = string.Join(", ", Enumerable.Range(0, keys.Length).Select(i => string.Create(CultureInfo.InvariantCulture, $"@k{i}")));
#pragma warning disable CA2100 // Names of parameters, numbers, and a table named by a day.
            command.CommandText = $"""
                select key_id, endpoint, model_asked, count(*), max(started_at_ms) from {RecordDays.Table(day)}
                  where key_id in ({names}) and request_id >= @low and started_at_ms >= @since
                    and (state in ({(int)CallState.Settled}, {(int)CallState.Estimated}) or status between 200 and 399)
                  group by key_id, endpoint, model_asked
                """;
#pragma warning restore CA2100
            // Busy keys have many rows, and a review is in no hurry.
            command.CommandTimeout = 0;
            command.Add("@low", low);
            command.Add("@since", sinceMs);
            for (var i = 0; i < keys.Length; i++) command.Add(string.Create(CultureInfo.InvariantCulture, $"@k{i}"), keys[i]);
            var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = row.ConfigureAwait(false);
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2)), out var _);
                sum = (sum.Calls + row.GetInt64(3), Math.Max(sum.LastMs, row.GetInt64(4)));
            }
        }
    }
}
