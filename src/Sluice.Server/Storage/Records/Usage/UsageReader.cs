using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Storage.Records.Usage;

/// <summary>What can be told apart in the roll-ups; each is a column.</summary>
internal enum UsageDimension { None, Project, Key, Model, Upstream }

/// <summary>Which part of the roll-ups is asked about. <see langword="null"/> members do not matter.</summary>
/// <param name="ByMinute">Whether the minutes are asked, which are kept for a short time, or the hours.</param>
internal sealed record UsageFilter(string OrganisationId, long FromMs, long ToMs, bool ByMinute)
{
    /// <summary>One of these; none means nothing.</summary>
    public IReadOnlyList<string>? ProjectIds { get; init; }
    public IReadOnlyList<string>? KeyIds { get; init; }
    public IReadOnlyList<string>? Models { get; init; }
    /// <summary>Further parts of which one must hold a row: where somebody sees some projects longer than others.</summary>
    public IReadOnlyList<RecordWindow>? Windows { get; init; }
}

/// <summary>Sums of one group, over all of a span or in one bucket of it.</summary>
/// <param name="BucketMs">When the bucket begins; 0 where all is one.</param>
/// <param name="Group">The value of the dimension; <see langword="null"/> for those that were not told apart.</param>
internal sealed record UsageSlice(long BucketMs, string? Group, string Currency, UsageSums Sums, LatencyClasses Latencies, LatencyClasses FirstLatencies);

/// <summary>Adds the roll-ups up. A question reads one range of the primary key: rows grow with hours, keys and models in it, not with calls.</summary>
public sealed class UsageReader
{
    private const string JoinAll = "join_all_latencies";
    private readonly Func<CancellationToken, ValueTask<DbConnection>> _open;

    internal UsageReader(Func<CancellationToken, ValueTask<DbConnection>> open) => _open = open;

    /// <param name="stepMs">Width of the buckets, or <see langword="null"/> for one that holds all.</param>
    /// <param name="firstMs">Where one of the buckets begins.</param>
    /// <param name="only">Groups to tell apart, all others together; <see langword="null"/> to tell all apart.</param>
    internal async Task<IReadOnlyList<UsageSlice>> SlicesAsync(UsageFilter filter, UsageDimension dimension, long? stepMs, IReadOnlyList<string>? only, CancellationToken cancellationToken, long firstMs = 0)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = SlicesCommand(connection, filter, dimension, stepMs, only, firstMs);
        await using var __ = command.ConfigureAwait(false);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = row.ConfigureAwait(false);
        var slices = new List<UsageSlice>();
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var slice = new UsageSlice(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2), new UsageSums(), new LatencyClasses(), new LatencyClasses());
            for (var i = 0; i < UsageSums.Columns.Count; i++) slice.Sums[(UsageSum)i] = row.GetInt64(3 + i);
            slice.Latencies.Add(row.GetFieldValue<byte[]>(3 + UsageSums.Columns.Count));
            slice.FirstLatencies.Add(row.GetFieldValue<byte[]>(4 + UsageSums.Columns.Count));
            slices.Add(slice);
        }
        return slices;
    }

    /// <summary>Calls of each group, most first.</summary>
    internal async Task<IReadOnlyList<(string Group, long Calls)>> GroupsAsync(UsageFilter filter, UsageDimension dimension, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
#pragma warning disable CA2100 // Constants and names of parameters.
        command.CommandText = $"select {Column(dimension)}, cast(sum(calls) as bigint) from {Table(filter, dimension)} where {Where(command, filter)} group by 1 order by 2 desc, 1";
#pragma warning restore CA2100
        return await PairsAsync(command, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The error codes that came up most, with how often.</summary>
    internal async Task<IReadOnlyList<(string Code, long Calls)>> ErrorsAsync(UsageFilter filter, int limit, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
#pragma warning disable CA2100 // Constants, numbers and names of parameters.
        command.CommandText = $"""
            select error_code, cast(sum(calls) as bigint) from {(filter.ByMinute ? UsageTables.ErrorMinutes : UsageTables.ErrorHours)} where {Where(command, filter with { Models = null })}
            group by error_code order by 2 desc, 1 limit {limit}
            """;
#pragma warning restore CA2100
        return await PairsAsync(command, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<(string, long)>> PairsAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = row.ConfigureAwait(false);
        var pairs = new List<(string, long)>();
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) pairs.Add((row.GetString(0), row.GetInt64(1)));
        return pairs;
    }

    internal static DbCommand SlicesCommand(DbConnection connection, UsageFilter filter, UsageDimension dimension, long? stepMs, IReadOnlyList<string>? only, long firstMs = 0)
    {
        var join = "string_agg({0}, ''::bytea)";
        if (connection is SqliteConnection sqlite)
        {
            sqlite.CreateAggregate<byte[], LatencyClasses?, byte[]>(JoinAll, null, static (all, bytes) =>
            {
                all ??= new LatencyClasses();
                all.Add(bytes);
                return all;
            }, static all => all?.ToBytes() ?? [], isDeterministic: true);
            // What has no bytes comes back as null.
            join = $"coalesce({JoinAll}({{0}}), zeroblob(0))";
        }
        var command = connection.CreateCommand();
        var column = Column(dimension);
        var group = column is null ? "cast(null as text)" : only is null ? column : only.Count == 0 ? "cast(null as text)" : $"case when {column} in ({In(command, "only", only)}) then {column} end";
        var bucket = stepMs is { } step ? string.Create(CultureInfo.InvariantCulture, $"(bucket_ms - {firstMs % step}) / {step} * {step} + {firstMs % step}") : "cast(0 as bigint)";
#pragma warning disable CA2100 // Constants, numbers and names of parameters.
        command.CommandText = $"""
            select {bucket}, {group}, currency, {string.Join(", ", UsageSums.Columns.Select(c => $"cast(sum({c}) as bigint)"))}, {string.Format(CultureInfo.InvariantCulture, join, "latencies")}, {string.Format(CultureInfo.InvariantCulture, join, "first_latencies")}
            from {Table(filter, dimension)} where {Where(command, filter)} group by 1, 2, 3
            """;
#pragma warning restore CA2100
        return command;
    }

    private static string? Column(UsageDimension dimension) => dimension switch
    {
        UsageDimension.Project => "project_id",
        UsageDimension.Key => "key_id",
        UsageDimension.Model => "model",
        UsageDimension.Upstream => "upstream",
        _ => null,
    };

    // Rows by key are read only where keys matter.
    private static string Table(UsageFilter filter, UsageDimension dimension) => (dimension is UsageDimension.Key || filter.KeyIds is not null, filter.ByMinute) switch
    {
        (true, true) => UsageTables.Minutes,
        (true, false) => UsageTables.Hours,
        (false, true) => UsageTables.ProjectMinutes,
        (false, false) => UsageTables.ProjectHours,
    };

    private static string Where(DbCommand command, UsageFilter filter)
    {
        var all = new List<string> { "organisation_id = @organisation", "bucket_ms >= @from", "bucket_ms < @to" };
        command.Add("@organisation", filter.OrganisationId);
        command.Add("@from", filter.FromMs);
        command.Add("@to", filter.ToMs);
        if (filter.ProjectIds is { } projects) all.Add($"project_id in ({In(command, "project", projects)})");
        if (filter.KeyIds is { } keys) all.Add($"key_id in ({In(command, "key", keys)})");
        if (filter.Models is { } models) all.Add($"model in ({In(command, "model", models)})");
        if (filter.Windows is { } windows && !windows.Any(static w => w is { ProjectIds: null, FromMs: null }))
            all.Add(windows.Count == 0 ? "1 = 0" : $"({string.Join(" or ", windows.Select((w, i) => Window(command, w, i)))})");
        return string.Join(" and ", all);
    }

    private static string Window(DbCommand command, RecordWindow window, int number)
    {
        var all = new List<string> { "1 = 1" };
        if (window.ProjectIds is { } projects) all.Add($"project_id in ({In(command, string.Create(CultureInfo.InvariantCulture, $"window{number}_"), projects)})");
        if (window.FromMs is { } from)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"@windowFrom{number}");
            all.Add($"bucket_ms >= {name}");
            command.Add(name, from);
        }
        return $"({string.Join(" and ", all)})";
    }

    private static string In(DbCommand command, string name, IReadOnlyList<string> values)
    {
        var names = new List<string>();
        for (var i = 0; i < values.Count; i++)
        {
            names.Add(string.Create(CultureInfo.InvariantCulture, $"@{name}{i}"));
            command.Add(names[^1], StoredText.Clean(values[i]));
        }
        return names.Count == 0 ? "null" : string.Join(", ", names);
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        // SQLite does its I/O on the calling thread, which may be a socket's.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return await _open(cancellationToken).ConfigureAwait(false);
    }
}
