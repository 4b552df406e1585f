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
    /// <summary>A model's whole name, as asked for or as used.</summary>
    public string? Model { get; init; }
    /// <summary>Begun at this Unix time in milliseconds or later.</summary>
    public long? FromMs { get; init; }
    /// <summary>Begun before this Unix time in milliseconds.</summary>
    public long? ToMs { get; init; }
}

/// <summary>One page of records, newest first.</summary>
/// <param name="NextCursor">Give it back for the next page; <see langword="null"/> at the end. A page may be short, or empty, and still have a next one: a search looks at so many rows at a time.</param>
public sealed record RecordPage(IReadOnlyList<RequestRecord> Records, string? NextCursor);
