namespace Sluice.Server.Storage;

/// <summary>A tag on a key.</summary>
public sealed class KeyTagRow : IOfOrganisation
{
    public required string KeyId { get; set; }
    public required string OrganisationId { get; set; }
    public required string Tag { get; set; }
}

/// <summary>When a key was used last, and from where.</summary>
public sealed class KeyUseRow : IOfOrganisation
{
    public required string KeyId { get; set; }
    public required string OrganisationId { get; set; }
    public required long LastUsedAtMs { get; set; }
    public required string LastIp { get; set; }
    public required long Calls { get; set; }
}

/// <summary>Somebody asks for more of a limit.</summary>
public sealed class QuotaApplicationRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string ProjectId { get; set; }
    public required string KeyId { get; set; }
    /// <summary><c>callsPerDay</c>, <c>requestsPerMinute</c>, <c>tokensPerMinute</c>, <c>concurrency</c>.</summary>
    public required string LimitKind { get; set; }
    public long? CurrentValue { get; set; }
    public required long RequestedValue { get; set; }
    public required bool Temporary { get; set; }
    public long? FromMs { get; set; }
    public long? UntilMs { get; set; }
    public required string Scenario { get; set; }
    public required string ExpectedVolume { get; set; }
    public string? DocumentId { get; set; }
    /// <summary><c>open</c>, <c>approved</c>, <c>rejected</c>, <c>withdrawn</c>.</summary>
    public required string Status { get; set; }
    public required string ApplicantId { get; set; }
    public long? GrantedValue { get; set; }
    public long? GrantedUntilMs { get; set; }
    public string? DecidedBy { get; set; }
    /// <summary>The organisation that the decision was made in: the key's own, or the operator's.</summary>
    public string? DecidedIn { get; set; }
    public long? DecidedAtMs { get; set; }
    public string? Reason { get; set; }
    public required long CreatedAtMs { get; set; }
    public required long UpdatedAtMs { get; set; }
}

/// <summary>A remark on an application.</summary>
public sealed class QuotaCommentRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string ApplicationId { get; set; }
    public required string OrganisationId { get; set; }
    public required string AuthorId { get; set; }
    public required string Text { get; set; }
    public required long CreatedAtMs { get; set; }
}

/// <summary>A limit raised for a time; ends by the clock, not by a job.</summary>
public sealed class QuotaGrantRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string KeyId { get; set; }
    public required string ApplicationId { get; set; }
    public required string LimitKind { get; set; }
    public required long Value { get; set; }
    public required long FromMs { get; set; }
    public required long UntilMs { get; set; }
    public long? EndedAtMs { get; set; }
    /// <summary>When people were told that it ends soon.</summary>
    public long? RemindedAtMs { get; set; }
    public required long CreatedAtMs { get; set; }
}
