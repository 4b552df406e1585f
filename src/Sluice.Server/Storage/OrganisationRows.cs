namespace Sluice.Server.Storage;

/// <summary>A mail domain that anybody can get an address at.</summary>
public sealed class PublicMailDomainRow
{
    public required string Domain { get; set; }
    public required long CreatedAtMs { get; set; }
}

/// <summary>What organisations of one standing may do without asking.</summary>
public sealed class TierRow
{
    public required string Id { get; set; }
    public required int Rank { get; set; }
    public required string Name { get; set; }
    public required long TestCallsPerDay { get; set; }
    public required long ProductionCallsPerDay { get; set; }
    /// <summary>Most that an organisation may give a key by itself.</summary>
    public required long CallsPerDayMax { get; set; }
    public long? RequestsPerMinuteMax { get; set; }
    public long? TokensPerMinuteMax { get; set; }
    public int? ConcurrencyMax { get; set; }
    public required bool Support { get; set; }
    public required long UpdatedAtMs { get; set; }
}

/// <summary>A person in an organisation.</summary>
public sealed class MemberRow : IOfOrganisation
{
    public required string OrganisationId { get; set; }
    public required string AccountId { get; set; }
    public required long JoinedAtMs { get; set; }
}

/// <summary>A custom role; the built-in ones are code.</summary>
public sealed class RoleRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string Name { get; set; }
    public required string Description { get; set; }
    /// <summary>JSON array of permissions.</summary>
    public required string Permissions { get; set; }
    public required long CreatedAtMs { get; set; }
    public required long UpdatedAtMs { get; set; }
}

/// <summary>A role given to a member, in the whole organisation or in one project.</summary>
public sealed class AssignmentRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string AccountId { get; set; }
    /// <summary><c>rol_…</c> or a built-in role's <c>role_…</c>.</summary>
    public required string RoleId { get; set; }
    public string? ProjectId { get; set; }
    /// <summary><c>direct</c> or <c>claims</c> (given by an identity provider).</summary>
    public required string Source { get; set; }
    public required long CreatedAtMs { get; set; }
    public required string CreatedBy { get; set; }
}

/// <summary>A seat offered to an e-mail address.</summary>
public sealed class InvitationRow : IOfOrganisation
{
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string Email { get; set; }
    public required string NormalizedEmail { get; set; }
    public required string RoleId { get; set; }
    public string? ProjectId { get; set; }
    public required string PublicId { get; set; }
    public required byte[] Hash { get; set; }
    public required int PepperVersion { get; set; }
    public required long CreatedAtMs { get; set; }
    public required string CreatedBy { get; set; }
    public required long ExpiresAtMs { get; set; }
    public long? AcceptedAtMs { get; set; }
    public string? AcceptedBy { get; set; }
    public long? RevokedAtMs { get; set; }
}
