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
    // Request ids are made a moment before or after the time that is recorded.
    private const long SlackMs = 3_600_000;

    private readonly Func<CancellationToken, ValueTask<DbConnection>> _open;

    internal RecordReader(Func<CancellationToken, ValueTask<DbConnection>> open) => (_open, Usage) = (open, new UsageReader(open));

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
        var conditions = new Conditions();
        conditions.Add("request_id = @id", "@id", StoredText.Clean(requestId));
        if (organisationId is not null) conditions.Add("organisation_id = @organisation", "@organisation", organisationId);
        foreach (var d in days)
        {
            var found = await ReadAsync(connection, d, conditions, 1, cancellationToken).ConfigureAwait(false);
            if (found.Count > 0) return found[0];
        }
        return null;
    }

    /// <summary>A page of records, newest first.</summary>
    /// <param name="cursor">Of the page before, or <see langword="null"/> to begin.</param>
    /// <param name="limit">1 to <see cref="LimitMax"/>; anything else is brought into that range.</param>
    public async Task<RecordPage> ListAsync(RecordFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Clamp(limit, 1, LimitMax);
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var (range, matches) = Split(filter, cursor);
        var last = filter.ToMs is { } to ? RecordDays.OfMs(to + SlackMs) : int.MaxValue;
        if (cursor is not null && (RecordDays.TryOf(cursor, out var cursorDay) || RecordDays.TryOf(cursor.PadRight(RequestIds.Length, '0'), out cursorDay))) last = Math.Min(last, cursorDay);
        var days = await DaysAsync(connection, filter.FromMs is { } from ? RecordDays.OfMs(from - SlackMs) : int.MinValue, last, cancellationToken).ConfigureAwait(false);
        var records = new List<RequestRecord>();
        for (var i = 0; i < days.Count; i++)
        {
            if (i == DaysMax) return new RecordPage(records, RecordDays.FloorOfDay(days[i - 1]));
            // Without further conditions every row in range is wanted, and the limit is bound enough.
            var stop = matches.IsEmpty ? null : await RowAfterAsync(connection, days[i], range, cancellationToken).ConfigureAwait(false);
            var conditions = range.With(matches);
            if (stop is not null) conditions.Add("request_id >= @stop", "@stop", stop);
            records.AddRange(await ReadAsync(connection, days[i], conditions, limit + 1 - records.Count, cancellationToken).ConfigureAwait(false));
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
        foreach (var day in await DaysAsync(connection, RecordDays.OfMs(sinceMs - SlackMs), int.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await query.AddDayAsync(connection, day, RecordDays.Floor(sinceMs - SlackMs), cancellationToken).ConfigureAwait(false);
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

    private static (Conditions Range, Conditions Matches) Split(RecordFilter filter, string? cursor)
    {
        var range = new Conditions();
        if (filter.KeyId is not null) range.Add("key_id = @key", "@key", filter.KeyId);
        if (cursor is not null) range.Add("request_id < @cursor", "@cursor", StoredText.Clean(cursor));
        if (filter.FromMs is { } from) range.Add("request_id >= @low", "@low", RecordDays.Floor(from - SlackMs));
        if (filter.ToMs is { } to) range.Add("request_id < @high", "@high", RecordDays.Floor(to + SlackMs));
        var matches = new Conditions();
        if (filter.FromMs is not null) matches.Add("started_at_ms >= @from", "@from", filter.FromMs.Value);
        if (filter.ToMs is not null) matches.Add("started_at_ms < @to", "@to", filter.ToMs.Value);
        if (filter.OrganisationId is not null) matches.Add("organisation_id = @organisation", "@organisation", filter.OrganisationId);
        if (filter.ProjectId is not null) matches.Add("project_id = @project", "@project", filter.ProjectId);
        if (filter.Status is not null) matches.Add("status = @status", "@status", filter.Status.Value);
        if (filter.StatusMin is not null) matches.Add("status >= @lowest", "@lowest", filter.StatusMin.Value);
        if (filter.StatusMax is not null) matches.Add("status <= @highest", "@highest", filter.StatusMax.Value);
        if (filter.Endpoint is not null) matches.Add("endpoint = @endpoint", "@endpoint", StoredText.Clean(filter.Endpoint));
        if (filter.ErrorCode is not null) matches.Add("error_code = @error", "@error", StoredText.Clean(filter.ErrorCode));
        if (filter.Windows is not null) matches.AddAnyOf(filter.Windows);
        if (filter.Model is not null) matches.Add("(model_asked = @model or model_used = @model)", "@model", StoredText.Clean(filter.Model));
        return (range, matches);
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

    private static async Task<string?> RowAfterAsync(DbConnection connection, int day, Conditions range, CancellationToken cancellationToken)
    {
        var command = Command(connection, $"select request_id from {RecordDays.Table(day)}{range.Where} order by request_id desc limit 1 offset {RowsMax}", range);
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

    private static async Task<List<RequestRecord>> ReadAsync(DbConnection connection, int day, Conditions conditions, int limit, CancellationToken cancellationToken)
    {
        var records = new List<RequestRecord>();
        var command = Command(connection, $"select {RecordColumns.List} from {RecordDays.Table(day)}{conditions.Where} order by request_id desc limit {limit}", conditions);
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

    private static DbCommand Command(DbConnection connection, string sql, Conditions conditions)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants, numbers and names of parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in conditions.Values) command.Add(name, value);
        return command;
    }

    private static bool IsDropped(DbException e) => e.SqlState == "42P01" || e.Message.Contains("no such table", StringComparison.Ordinal);

    private sealed class Conditions
    {
        private readonly List<string> _texts = [];
        private readonly List<(string Name, object Value)> _values = [];

        public bool IsEmpty => _texts.Count == 0;

        public string Where => IsEmpty ? "" : " where " + string.Join(" and ", _texts);

        public IReadOnlyList<(string Name, object Value)> Values => _values;

        public void Add(string text, string name, object value)
        {
            _texts.Add(text);
            _values.Add((name, value));
        }

        public void AddAnyOf(IReadOnlyList<RecordWindow> windows)
        {
            if (windows.Any(static w => w is { ProjectIds: null, FromMs: null })) return;
            var any = new List<string>();
            for (var i = 0; i < windows.Count; i++)
            {
                var all = new List<string>();
                if (windows[i].FromMs is { } from)
                {
                    var name = string.Create(CultureInfo.InvariantCulture, $"@window{i}");
                    all.Add("started_at_ms >= " + name);
                    _values.Add((name, from));
                }
                if (windows[i].ProjectIds is { } projects)
                {
                    var names = projects.Select((_, at) => string.Create(CultureInfo.InvariantCulture, $"@window{i}_{at}")).ToList();
                    all.Add(names.Count == 0 ? "1 = 0" : $"project_id in ({string.Join(", ", names)})");
                    _values.AddRange(names.Zip(projects, static (name, project) => (name, (object)StoredText.Clean(project)!)));
                }
                any.Add($"({string.Join(" and ", all)})");
            }
            _texts.Add(any.Count == 0 ? "1 = 0" : $"({string.Join(" or ", any)})");
        }

        public Conditions With(Conditions others)
        {
            var all = new Conditions();
            all._texts.AddRange([.. _texts, .. others._texts]);
            all._values.AddRange([.. _values, .. others._values]);
            return all;
        }
    }
}
