namespace Sluice.Server.Storage;

/// <summary>A passkey (WebAuthn credential) of an account.</summary>
public sealed class PasskeyRow
{
    public required byte[] CredentialId { get; set; }
    public required string UserId { get; set; }
    public required string Name { get; set; }
    public required byte[] PublicKey { get; set; }
    public required long CreatedAtMs { get; set; }
    public long? LastUsedAtMs { get; set; }
    public required long SignCount { get; set; }
    public required string Transports { get; set; }
    public required bool IsUserVerified { get; set; }
    public required bool IsBackupEligible { get; set; }
    public required bool IsBackedUp { get; set; }
    public required byte[] AttestationObject { get; set; }
    public required byte[] ClientDataJson { get; set; }
}

/// <summary>A signed-in person. The token itself is kept as a keyed hash.</summary>
public sealed class SessionRow
{
    public required string Id { get; set; }
    public required string AccountId { get; set; }
    public required string PublicId { get; set; }
    public required byte[] Hash { get; set; }
    public required int PepperVersion { get; set; }
    /// <summary><c>password</c>, <c>passkey</c>, <c>oidc:name</c>.</summary>
    public required string Method { get; set; }
    public required bool SecondFactor { get; set; }
    public string? OrganisationId { get; set; }
    public required long CreatedAtMs { get; set; }
    /// <summary>When the person last proved who they are.</summary>
    public required long ConfirmedAtMs { get; set; }
    public required long LastSeenAtMs { get; set; }
    public required long ExpiresAtMs { get; set; }
    public long? RevokedAtMs { get; set; }
    public required string ClientIp { get; set; }
    public required string UserAgent { get; set; }
}

/// <summary>A link or code that was sent to somebody and proves, once, that it arrived.</summary>
public sealed class ConfirmationRow
{
    public required string Id { get; set; }
    public string? AccountId { get; set; }
    /// <summary>Such as <c>verify_email</c>.</summary>
    public required string Purpose { get; set; }
    /// <summary>The address or number it was sent to.</summary>
    public required string Target { get; set; }
    /// <summary>Of a link; <see langword="null"/> for a code.</summary>
    public string? PublicId { get; set; }
    public required byte[] Hash { get; set; }
    public required int Attempts { get; set; }
    public required long CreatedAtMs { get; set; }
    public required long ExpiresAtMs { get; set; }
    public long? UsedAtMs { get; set; }
}
