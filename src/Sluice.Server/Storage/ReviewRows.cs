namespace Sluice.Server.Storage;

/// <summary>A round of asking whether each key and each role is still needed.</summary>
public sealed class AccessReviewRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string Name { get; set; }
    /// <summary><c>open</c>, <c>overdue</c>, <c>finished</c>.</summary>
    public required string Status { get; set; }
    public required long CreatedAtMs { get; set; }
    public required string CreatedBy { get; set; }
    public required long DueAtMs { get; set; }
    public int? DisableAfterDays { get; set; }
    public long? RemindedAtMs { get; set; }
    public long? EscalatedAtMs { get; set; }
    public long? SilencedAtMs { get; set; }
    public long? FinishedAtMs { get; set; }
    public string? Evidence { get; set; }
    public byte[]? Signature { get; set; }
}

/// <summary>One key or assignment under review.</summary>
public sealed class ReviewItemRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string ReviewId { get; set; }
    public required string OrganisationId { get; set; }
    /// <summary><c>key</c> or <c>assignment</c>.</summary>
    public required string SubjectKind { get; set; }
    public required string SubjectId { get; set; }
    public string? AccountId { get; set; }
    public required string Title { get; set; }
    /// <summary>JSON array.</summary>
    public required string Findings { get; set; }
    /// <summary>JSON object: the smaller scope.</summary>
    public string? Proposed { get; set; }
    /// <summary><c>confirmed</c>, <c>narrowed</c>, <c>revoked</c>, <c>disabled</c>.</summary>
    public string? Decision { get; set; }
    public string? DecidedBy { get; set; }
    public long? DecidedAtMs { get; set; }
    public string? Note { get; set; }
}
