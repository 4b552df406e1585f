namespace Sluice.Server.Storage;

// Columns are portable between SQLite and PostgreSQL: ids are text, instants are Unix milliseconds, flags are booleans.
// The tables themselves are made by the scripts under Storage/Schema; a test holds the two against each other.

public sealed class OrganisationRow
{
    /// <summary><c>org_…</c></summary>
    public required string Id { get; set; }
    public required string Name { get; set; }
    /// <summary>IANA name, such as <c>Asia/Shanghai</c>.</summary>
    public required string TimeZone { get; set; }
    /// <summary>Standing now: <c>personal</c>, <c>business</c> or <c>enterprise</c>; see <see cref="TierRow"/>.</summary>
    public string Tier { get; set; } = "personal";
    /// <summary>Standing without enterprise verification.</summary>
    public string BaseTier { get; set; } = "personal";
    /// <summary>When the enterprise verification runs out.</summary>
    public long? VerifiedUntilMs { get; set; }
    public long? SuspendedAtMs { get; set; }
    /// <summary>Days between access reviews; 0 for none.</summary>
    public int ReviewEveryDays { get; set; } = 90;
    /// <summary>Days after which keys that nobody decided on are disabled; <see langword="null"/> for never.</summary>
    public int? ReviewDisableAfterDays { get; set; }
    /// <summary>When its owner deleted it: it has no members then, and is kept for its audit log.</summary>
    public long? DeletedAtMs { get; set; }
    public required long CreatedAtMs { get; set; }
    public long UpdatedAtMs { get; set; }
}

public sealed class ProjectRow : IOfOrganisation
{
    /// <summary><c>prj_…</c></summary>
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string Name { get; set; }
    public required long CreatedAtMs { get; set; }
    public required long UpdatedAtMs { get; set; }
}

public sealed class KeyRow : IOfOrganisation
{
    /// <summary><c>key_…</c></summary>
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    public required string ProjectId { get; set; }
    public required string Name { get; set; }
    /// <summary><c>test</c> or <c>production</c>.</summary>
    public required string Kind { get; set; }
    public required bool Enabled { get; set; }
    public long? ExpiresAtMs { get; set; }
    public long? RevokedAtMs { get; set; }
    /// <summary>JSON array of route names.</summary>
    public required string ScopeRoutes { get; set; }
    /// <summary>JSON array of model names and prefixes.</summary>
    public required string ScopeModels { get; set; }
    /// <summary>JSON array of canonical CIDR blocks.</summary>
    public required string AllowedNetworks { get; set; }
    public long? CallsPerDay { get; set; }
    public long? RequestsPerMinute { get; set; }
    public long? TokensPerMinute { get; set; }
    public int? Concurrency { get; set; }
    /// <summary>Whose it is: it may do at most what this person may do now. <see langword="null"/>: a service key.</summary>
    public string? OwnerId { get; set; }
    /// <summary><c>critical</c>, <c>standard</c> or <c>batch</c>.</summary>
    public string Priority { get; set; } = "standard";
    /// <summary>Where calls must be signed.</summary>
    public byte[]? SealedSigningSecret { get; set; }
    /// <summary>The name in lower case, for searching.</summary>
    public string NameFolded { get; set; } = "";
    /// <summary>Such as <c>leaked</c>.</summary>
    public string? RevokedReason { get; set; }
    public required long CreatedAtMs { get; set; }
    public required long UpdatedAtMs { get; set; }
}

public sealed class KeyCredentialRow : IOfOrganisation
{
    /// <summary>The visible part of the key text.</summary>
    public required string PublicId { get; set; }
    public required string KeyId { get; set; }
    public required string OrganisationId { get; set; }
    public required byte[] Hash { get; set; }
    public required int PepperVersion { get; set; }
    public required string LastFour { get; set; }
    public required long CreatedAtMs { get; set; }
    public long? ExpiresAtMs { get; set; }
    /// <summary><c>key</c>, or <c>playground</c> for one that is not among the key's own secrets.</summary>
    public string Purpose { get; set; } = KeyCredentialPurposes.Key;
    /// <summary>Who made it for a playground: <c>acc_…</c> or <c>mgt_…</c>.</summary>
    public string? MadeBy { get; set; }
    /// <summary>The session or management token that it was made with for a playground; it ends with that.</summary>
    public string? MadeWith { get; set; }
}

/// <summary>Values of <see cref="KeyCredentialRow.Purpose"/>.</summary>
public static class KeyCredentialPurposes
{
    public const string Key = "key";
    public const string Playground = "playground";
}

public sealed class UpstreamRow
{
    /// <summary><c>ups_…</c></summary>
    public required string Id { get; set; }
    public required string Name { get; set; }
    /// <summary><c>openai</c> or <c>sandbox</c>.</summary>
    public required string Kind { get; set; }
    public required string BaseUrl { get; set; }
    /// <summary>Sealed with the origin of <see cref="BaseUrl"/> bound in: moved to another origin it does not open.</summary>
    public byte[]? SealedApiKey { get; set; }
    /// <summary>JSON array of <c>name</c> or <c>alias=upstream-name</c>.</summary>
    public required string Models { get; set; }
    public required int Priority { get; set; }
    public required int Weight { get; set; }
    public required bool AllowPrivateAddress { get; set; }
    public required bool Enabled { get; set; }
    public required long ConnectTimeoutMs { get; set; }
    public required long FirstByteTimeoutMs { get; set; }
    public required long IdleTimeoutMs { get; set; }
    public required long CreatedAtMs { get; set; }
    public required long UpdatedAtMs { get; set; }
}

public sealed class ManagementTokenRow : IOfOrganisation
{
    /// <summary><c>mgt_…</c></summary>
    public required string Id { get; set; }
    public required string OrganisationId { get; set; }
    /// <summary><c>management</c> or <c>setup</c>.</summary>
    public required string Purpose { get; set; }
    public required string Name { get; set; }
    public required string PublicId { get; set; }
    public required byte[] Hash { get; set; }
    public required int PepperVersion { get; set; }
    /// <summary>Whose it is: it may do at most what this person may do now. <see langword="null"/>: the organisation's own.</summary>
    public string? AccountId { get; set; }
    /// <summary>JSON array of actions; <see langword="null"/> for all.</summary>
    public string? Scopes { get; set; }
    public string? CreatedBy { get; set; }
    public long? LastUsedAtMs { get; set; }
    public required long CreatedAtMs { get; set; }
    public long? ExpiresAtMs { get; set; }
    public long? RevokedAtMs { get; set; }
}

/// <summary>One administrative act. Written in the transaction of the act itself, chained by hash, never changed.</summary>
public sealed class AuditEntryRow : IOfOrganisation
{
    public required string OrganisationId { get; set; }
    /// <summary>1, 2, 3 … without gaps within the organisation.</summary>
    public required long Seq { get; set; }
    public required long AtMs { get; set; }
    public required string ActorId { get; set; }
    public required string Action { get; set; }
    public required string SubjectId { get; set; }
    /// <summary>JSON object of what changed; secrets and hashes never.</summary>
    public required string Detail { get; set; }
    public required byte[] PreviousHash { get; set; }
    public required byte[] Hash { get; set; }
}

/// <summary>Says to every node that something it keeps in memory has changed.</summary>
public sealed class ChangeRow
{
    public long Seq { get; set; }
    /// <summary><c>key</c>, <c>owner</c>, <c>organisation</c> or <c>upstream</c>.</summary>
    public required string Kind { get; set; }
    public required string SubjectId { get; set; }
    public required long AtMs { get; set; }
}

/// <summary>The answer to a management call that was made with an Idempotency-Key, for giving it again.</summary>
public sealed class IdempotencyRow
{
    public required string OrganisationId { get; set; }
    public required string Key { get; set; }
    /// <summary>SHA-256 of what was asked.</summary>
    public required byte[] Fingerprint { get; set; }
    public required int Status { get; set; }
    public string? Location { get; set; }
    /// <summary>The answer's bytes; sealed, because a key's secret may be among them.</summary>
    public required byte[] SealedBody { get; set; }
    public required long CreatedAtMs { get; set; }
}

/// <summary>A key of the framework's data protection, which the console's forms are signed with.</summary>
public sealed class ProtectionKeyRow
{
    public required string Id { get; set; }
    public required byte[] SealedXml { get; set; }
    public required long CreatedAtMs { get; set; }
}
