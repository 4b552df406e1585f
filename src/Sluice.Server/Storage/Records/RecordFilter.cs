using Sluice.Gateway.Records;

namespace Sluice.Server.Storage.Records;

/// <summary>Which records are wanted; <see langword="null"/> members do not matter.</summary>
public sealed record RecordFilter
{
    public string? OrganisationId { get; init; }
    public string? ProjectId { get; init; }
    public string? KeyId { get; init; }
    /// <summary>HTTP status.</summary>
    public int? Status { get; init; }
    /// <summary>Lowest HTTP status.</summary>
    public int? StatusMin { get; init; }
    /// <summary>Highest HTTP status.</summary>
    public int? StatusMax { get; init; }
    /// <summary>An endpoint's whole name, such as <c>POST /v1/chat/completions</c>.</summary>
    public string? Endpoint { get; init; }
    public string? ErrorCode { get; init; }
    /// <summary>A model's whole name, as asked for or as used.</summary>
    public string? Model { get; init; }
    /// <summary>One of these keys.</summary>
    public IReadOnlyList<string>? KeyIds { get; init; }
    /// <summary>One of these models, as asked for or as used.</summary>
    public IReadOnlyList<string>? Models { get; init; }
    /// <summary>One of these HTTP statuses.</summary>
    public IReadOnlyList<int>? Statuses { get; init; }
    /// <summary>A status whose hundreds are one of these.</summary>
    public IReadOnlyList<int>? StatusClasses { get; init; }
    /// <summary>The beginning of the request id.</summary>
    public string? IdBegins { get; init; }
    /// <summary>The whole name of a model, as asked for or as used, or of an error code.</summary>
    public string? Text { get; init; }
    /// <summary>Begun at this Unix time in milliseconds or later.</summary>
    public long? FromMs { get; init; }
    /// <summary>Begun before this Unix time in milliseconds.</summary>
    public long? ToMs { get; init; }
    /// <summary>A record must lie in one of these, on top of all else; <see langword="null"/> for everywhere, none for nowhere.</summary>
    public IReadOnlyList<RecordWindow>? Windows { get; init; }
}

/// <summary>A part of the log.</summary>
/// <param name="ProjectIds">Records of these projects, or <see langword="null"/> for all.</param>
/// <param name="FromMs">Begun at this Unix time in milliseconds or later, or <see langword="null"/> for any.</param>
public sealed record RecordWindow(IReadOnlyList<string>? ProjectIds, long? FromMs)
{
    public bool Holds(RequestRecord record) =>
        (ProjectIds is not { } projects || (record.ProjectId is { } project && projects.Contains(project))) && (FromMs is not { } from || record.StartedAtMs >= from);
}

/// <summary>One page of records, in the order that was asked for.</summary>
/// <param name="NextCursor">Give it back for the next page; <see langword="null"/> at the end. A page may be short, or empty, and still have a next one: a search looks at so many rows at a time.</param>
public sealed record RecordPage(IReadOnlyList<RequestRecord> Records, string? NextCursor);
