namespace Sluice.Server.Storage;

/// <summary>An uploaded file, sealed.</summary>
public sealed class DocumentRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    /// <summary><c>licence</c> or <c>quota</c>.</summary>
    public required string Purpose { get; set; }
    public required string FileName { get; set; }
    public required string MediaType { get; set; }
    public required long Bytes { get; set; }
    public required byte[] SealedContent { get; set; }
    public required long CreatedAtMs { get; set; }
    public required string CreatedBy { get; set; }
}

/// <summary>A company that asks to be verified.</summary>
public sealed class EnterpriseApplicationRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string CompanyName { get; set; }
    /// <summary><c>uscc</c> (Chinese unified social credit code) or <c>other</c>.</summary>
    public required string RegistrationScheme { get; set; }
    public required string RegistrationNumber { get; set; }
    public required string ContactName { get; set; }
    public required string ContactEmail { get; set; }
    public required string ContactPhone { get; set; }
    public string? DocumentId { get; set; }
    /// <summary><c>submitted</c>, <c>approved</c>, <c>rejected</c>, <c>withdrawn</c>, <c>replaced</c> (by a later approval), <c>expired</c>.</summary>
    public required string Status { get; set; }
    public string? Reason { get; set; }
    public required long SubmittedAtMs { get; set; }
    public required string SubmittedBy { get; set; }
    public long? DecidedAtMs { get; set; }
    public string? DecidedBy { get; set; }
    public long? ValidUntilMs { get; set; }
    /// <summary>The application that this one takes up again.</summary>
    public string? PreviousId { get; set; }
    /// <summary>Days before the end that people were last told of it: 30, then 7.</summary>
    public int? RemindedDays { get; set; }
    public required long UpdatedAtMs { get; set; }
}

/// <summary>A question to the operator.</summary>
public sealed class TicketRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string Subject { get; set; }
    /// <summary><c>open</c>, <c>answered</c>, <c>closed</c>.</summary>
    public required string Status { get; set; }
    public required string Priority { get; set; }
    public required long CreatedAtMs { get; set; }
    public required string CreatedBy { get; set; }
    public required long UpdatedAtMs { get; set; }
    public long? ClosedAtMs { get; set; }
}

/// <summary>One message of a ticket.</summary>
public sealed class TicketMessageRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string TicketId { get; set; }
    public required string OrganisationId { get; set; }
    public required string AuthorId { get; set; }
    public required bool FromSupport { get; set; }
    public required string Text { get; set; }
    public required long CreatedAtMs { get; set; }
}
