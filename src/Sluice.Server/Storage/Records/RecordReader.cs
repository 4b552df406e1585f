using System.Data.Common;
using System.Globalization;
using Sluice.Gateway.Records;
using Sluice.Server.Storage.Directories;
using Sluice.Server.Storage.Records.Usage;

namespace Sluice.Server.Storage.Records;

/// <summary>Finds and lists records, in the same SQL on both providers: each day's table has the same name on both. Works on the pool, never on the caller's thread.</summary>
public sealed class RecordReader
{
    /// <summary>Most records on a page.</summary>
    public const int LimitMax = 1_000;
    // A search for something rare stops after so many rows and so many days, and goes on with the next page.
    private const int RowsMax = 20_000;
    private const int DaysMax = 40;

    private readonly Func<CancellationToken, ValueTask<DbConnection>> _open;

    internal RecordReader(Func<CancellationToken, ValueTask<DbConnection>> open, bool isShared) => (_open, IsShared, Usage) = (open, isShared, new UsageReader(open));

    /// <summary>Whether other nodes write to the same store.</summary>
    public bool IsShared { get; }

    /// <summary>Records as this node writes them.</summary>
    public LiveRecords Live { get; } = new();

    /// <summary>What the records add up to.</summary>
    public UsageReader Usage { get; }

    /// <summary>One record, or <see langword="null"/>.</summary>
    /// <param name="organisationId">Whose it must be; <see langword="null"/> for anybody's.</param>
    /// <param name="requestId">Any text; one that is not a request id is found nowhere, or by looking everywhere.</param>
    public async Task<RequestRecord?> GetAsync(string? organisationId, string requestId, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var days = RecordDays.TryOf(requestId, out var day)
            ? await DaysAsync(connection, day, day, cancellationToken).ConfigureAwait(false)
            : await DaysAsync(connection, int.MinValue, int.MaxValue, cancellationToken).ConfigureAwait(false);
        var conditions = new RecordConditions();
        conditions.Add("request_id = @id", "@id", StoredText.Clean(requestId));
        if (organisationId is not null) conditions.Add("organisation_id = @organisation", "@organisation", organisationId);
        foreach (var d in days)
        {
            var found = await ReadAsync(connection, d, conditions, 1, cancellationToken).ConfigureAwait(false);
            if (found.Count > 0) return found[0];
        }
        return null;
    }

    /// <summary>A page of records.</summary>
    /// <param name="oldestFirst">Whether the order is turned round.</param>
    /// <param name="cursor">Of the page before, or <see langword="null"/> to begin.</param>
    /// <param name="limit">1 to <see cref="LimitMax"/>; anything else is brought into that range.</param>
    public async Task<RecordPage> ListAsync(RecordFilter filter, string? cursor, int limit, CancellationToken cancellationToken, bool oldestFirst = false)
    {
        limit = Math.Clamp(limit, 1, LimitMax);
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var (range, matches) = RecordConditions.Of(filter, cursor, oldestFirst);
        var (first, last) = Days(filter, cursor, oldestFirst);
        var days = await DaysAsync(connection, first, last, cancellationToken).ConfigureAwait(false);
        if (oldestFirst) days.Reverse();
        var records = new List<RequestRecord>();
        for (var i = 0; i < days.Count; i++)
        {
            if (i == DaysMax) return new RecordPage(records, RecordDays.FloorOfDay(oldestFirst ? days[i - 1] + 1 : days[i - 1]));
            // Without further conditions every row in range is wanted, and the limit is bound enough.
            var stop = matches.IsEmpty ? null : await RowAfterAsync(connection, days[i], range, oldestFirst, cancellationToken).ConfigureAwait(false);
            var conditions = range.With(matches);
            if (stop is not null) conditions.Add(oldestFirst ? "request_id <= @stop" : "request_id >= @stop", "@stop", stop);
            records.AddRange(await ReadAsync(connection, days[i], conditions, limit + 1 - records.Count, cancellationToken, oldestFirst).ConfigureAwait(false));
            if (records.Count > limit)
            {
                records.RemoveAt(limit);
                return new RecordPage(records, records[^1].RequestId);
            }
            if (stop is not null) return new RecordPage(records, stop);
        }
        return new RecordPage(records, null);
    }

    /// <summary>Calls of a key that count on a day, in the key's organisation's time zone.</summary>
    /// <param name="day">Day number, see <see cref="DateOnly.DayNumber"/>.</param>
    public async Task<long> CountsAsync(string keyId, int day, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
        command.CommandText = "select calls from day_counts where key_id = @key and day = @day";
        command.Add("@key", keyId);
        command.Add("@day", day);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) ?? 0L, CultureInfo.InvariantCulture);
    }

    /// <summary>What keys were used for since an instant: see <see cref="KeyUsageQuery"/>.</summary>
    public async Task<IReadOnlyList<KeyUsage>> UsageAsync(IReadOnlyCollection<string> keyIds, long sinceMs, CancellationToken cancellationToken)
    {
        if (keyIds.Count == 0) return [];
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var query = new KeyUsageQuery(keyIds, sinceMs);
        foreach (var day in await DaysAsync(connection, RecordDays.OfMs(sinceMs - RecordConditions.SlackMs), int.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await query.AddDayAsync(connection, day, RecordDays.Floor(sinceMs - RecordConditions.SlackMs), cancellationToken).ConfigureAwait(false);
            }
            catch (DbException e) when (IsDropped(e))
            {
                // Retention dropped the day between listing it and reading it.
            }
        }
        return query.Usage;
    }

    /// <summary>Days that have records, newest first.</summary>
    internal async Task<IReadOnlyList<int>> DaysAsync(int first, int last, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await DaysAsync(connection, first, last, cancellationToken).ConfigureAwait(false);
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        // SQLite does its I/O on the calling thread, which may be a socket's.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return await _open(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The first and last day that may hold what is asked for.</summary>
    private static (int First, int Last) Days(RecordFilter filter, string? cursor, bool oldestFirst)
    {
        var first = filter.FromMs is { } from ? RecordDays.OfMs(from - RecordConditions.SlackMs) : int.MinValue;
        var last = filter.ToMs is { } to ? RecordDays.OfMs(to + RecordConditions.SlackMs) : int.MaxValue;
        if (filter.IdBegins is { } begins)
        {
            if (RecordDays.TryOf(begins.PadRight(RequestIds.Length, '0'), out var low)) first = Math.Max(first, low);
            if (RecordDays.TryOf(begins.PadRight(RequestIds.Length, 'Z'), out var high)) last = Math.Min(last, high);
        }
        if (cursor is null || !(RecordDays.TryOf(cursor, out var day) || RecordDays.TryOf(cursor.PadRight(RequestIds.Length, '0'), out day))) return (first, last);
        return oldestFirst ? (Math.Max(first, day), last) : (first, Math.Min(last, day));
    }

    private static async Task<List<int>> DaysAsync(DbConnection connection, int first, int last, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        command.CommandText = "select day from record_days where day between @first and @last order by day desc";
        command.Add("@first", first);
        command.Add("@last", last);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        var days = new List<int>();
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) days.Add(row.GetInt32(0));
        return days;
    }

    private static async Task<string?> RowAfterAsync(DbConnection connection, int day, RecordConditions range, bool oldestFirst, CancellationToken cancellationToken)
    {
        var command = Command(connection, $"select request_id from {RecordDays.Table(day)}{range.Where} order by request_id {(oldestFirst ? "asc" : "desc")} limit 1 offset {RowsMax}", range);
        await using var _ = command.ConfigureAwait(false);
        try
        {
            return (string?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DbException e) when (IsDropped(e))
        {
            return null;
        }
    }

    private static async Task<List<RequestRecord>> ReadAsync(DbConnection connection, int day, RecordConditions conditions, int limit, CancellationToken cancellationToken, bool oldestFirst = false)
    {
        var records = new List<RequestRecord>();
        var command = Command(connection, $"select {RecordColumns.List} from {RecordDays.Table(day)}{conditions.Where} order by request_id {(oldestFirst ? "asc" : "desc")} limit {limit}", conditions);
        await using var _ = command.ConfigureAwait(false);
        try
        {
            var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = row.ConfigureAwait(false);
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) records.Add(RecordColumns.Read(row));
        }
        catch (DbException e) when (IsDropped(e))
        {
            // Retention dropped the day between listing it and reading it.
        }
        return records;
    }

    private static DbCommand Command(DbConnection connection, string sql, RecordConditions conditions)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants, numbers and names of parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in conditions.Values) command.Add(name, value);
        return command;
    }

    private static bool IsDropped(DbException e) => e.SqlState == "42P01" || e.Message.Contains("no such table", StringComparison.Ordinal);
}
