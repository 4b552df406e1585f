using System.Runtime.InteropServices;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Records;

namespace Sluice.Server.Storage.Records.Usage;

/// <summary>What a row of the roll-ups is about. Ordered as their primary keys are, so that every node takes rows in one order.</summary>
/// <param name="BucketMs">When the minute or hour begins.</param>
/// <param name="Model">As used, else as asked for; empty where neither is known.</param>
/// <param name="Upstream">Its name at the time; empty where none was asked.</param>
internal readonly record struct UsageKey(string OrganisationId, long BucketMs, string ProjectId, string KeyId, string Model, string Upstream, string Currency) : IComparable<UsageKey>
{
    public int CompareTo(UsageKey other)
    {
        var order = string.CompareOrdinal(OrganisationId, other.OrganisationId);
        if (order == 0) order = BucketMs.CompareTo(other.BucketMs);
        if (order == 0) order = string.CompareOrdinal(ProjectId, other.ProjectId);
        if (order == 0) order = string.CompareOrdinal(KeyId, other.KeyId);
        if (order == 0) order = string.CompareOrdinal(Model, other.Model);
        if (order == 0) order = string.CompareOrdinal(Upstream, other.Upstream);
        return order == 0 ? string.CompareOrdinal(Currency, other.Currency) : order;
    }
}

/// <summary>One row of the roll-ups, or what is to be added to it.</summary>
internal sealed class UsageRow
{
    public UsageSums Sums { get; } = new();
    public List<byte> Latencies { get; } = [];
    public List<byte> FirstLatencies { get; } = [];

    public void Add(RequestRecord record)
    {
        Sums.Add(record);
        if (!UsageSums.IsTimed(record)) return;
        Latencies.Add(LatencyClasses.Of(record.TotalUs));
        if (record.FirstByteUs >= 0) FirstLatencies.Add(LatencyClasses.Of(record.FirstByteUs));
    }

    public void Add(UsageRow other)
    {
        Sums.Add(other.Sums);
        Latencies.AddRange(other.Latencies);
        FirstLatencies.AddRange(other.FirstLatencies);
    }
}

/// <summary>Adds a batch of records up in memory, so that the roll-ups are written once for each row and not once for each call.</summary>
internal sealed class UsageBatch
{
    public const long MinuteMs = 60_000;
    public const long HourMs = 3_600_000;
    private readonly Dictionary<UsageKey, UsageRow> _minutes = [];
    // Of errors the model holds the code, and the rest is empty.
    private readonly Dictionary<UsageKey, long> _errors = [];

    public bool IsEmpty => _minutes.Count == 0;

    public void Clear()
    {
        _minutes.Clear();
        _errors.Clear();
    }

    public void Add(RequestRecord record)
    {
        // Strangers belong to no organisation: nobody can ask for them, and what they make up must not fill tables.
        if (record.OrganisationId is not { Length: > 0 } organisation) return;
        var minute = record.StartedAtMs - (record.StartedAtMs % MinuteMs);
        var (project, key) = (Text(record.ProjectId), Text(record.KeyId));
        // A name that no model has is a caller's own text; it stays in the record.
        var asked = record.ErrorCode == ErrorCodes.ModelNotFound.Code ? null : record.ModelAsked;
        var at = new UsageKey(Text(organisation), minute, project, key, Text(record.ModelUsed ?? asked), Text(record.UpstreamName), record.CostNano is null ? "" : Text(record.Currency));
        (CollectionsMarshal.GetValueRefOrAddDefault(_minutes, at, out _) ??= new UsageRow()).Add(record);
        if (record.ErrorCode is { } error)
            CollectionsMarshal.GetValueRefOrAddDefault(_errors, at with { Model = Text(error), Upstream = "", Currency = "" }, out _)++;
    }

    /// <summary>Every table with the rows that go into it, both in an order that is the same on every node.</summary>
    public IReadOnlyList<(string Table, IReadOnlyList<KeyValuePair<UsageKey, UsageRow>> Rows)> Sums()
    {
        var projectMinutes = Joined(_minutes, static key => key with { KeyId = "" });
        return
        [
            (UsageTables.Minutes, Sorted(_minutes)), (UsageTables.Hours, Sorted(Joined(_minutes, Hour))),
            (UsageTables.ProjectMinutes, Sorted(projectMinutes)), (UsageTables.ProjectHours, Sorted(Joined(projectMinutes, Hour))),
        ];
    }

    public IReadOnlyList<KeyValuePair<UsageKey, long>> ErrorMinutes() => [.. _errors.OrderBy(static e => e.Key)];

    public IReadOnlyList<KeyValuePair<UsageKey, long>> ErrorHours() =>
        [.. _errors.GroupBy(static e => Hour(e.Key)).Select(static g => KeyValuePair.Create(g.Key, g.Sum(static e => e.Value))).OrderBy(static e => e.Key)];

    private static Dictionary<UsageKey, UsageRow> Joined(Dictionary<UsageKey, UsageRow> rows, Func<UsageKey, UsageKey> into)
    {
        var joined = new Dictionary<UsageKey, UsageRow>();
        foreach (var (key, row) in rows)
            (CollectionsMarshal.GetValueRefOrAddDefault(joined, into(key), out _) ??= new UsageRow()).Add(row);
        return joined;
    }

    private static IReadOnlyList<KeyValuePair<UsageKey, UsageRow>> Sorted(Dictionary<UsageKey, UsageRow> rows) => [.. rows.OrderBy(static r => r.Key)];

    private static UsageKey Hour(UsageKey key) => key with { BucketMs = key.BucketMs - (key.BucketMs % HourMs) };

    private static string Text(string? text) => text is null ? "" : StoredText.Clean(text);
}
