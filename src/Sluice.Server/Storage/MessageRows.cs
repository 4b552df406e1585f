namespace Sluice.Server.Storage;

/// <summary>A message to be sent, or held for the operator where no channel is set up.</summary>
public sealed class OutboxRow
{
    public required string Id { get; set; }
    public string? AccountId { get; set; }
    public string? OrganisationId { get; set; }
    /// <summary><c>email</c> or <c>sms</c>.</summary>
    public required string Channel { get; set; }
    public required string Recipient { get; set; }
    public required string Kind { get; set; }
    public required string Subject { get; set; }
    /// <summary>Gone once sent.</summary>
    public byte[]? SealedBody { get; set; }
    /// <summary><c>held</c>, <c>pending</c>, <c>sent</c>, <c>failed</c>.</summary>
    public required string Status { get; set; }
    public required int Attempts { get; set; }
    public long? ClaimedUntilMs { get; set; }
    public required long NextAttemptAtMs { get; set; }
    public string? LastError { get; set; }
    public required long CreatedAtMs { get; set; }
    public long? SentAtMs { get; set; }
}

/// <summary>Something a person should know, shown when they next look.</summary>
public sealed class NotificationRow
{
    public required string Id { get; set; }
    public required string AccountId { get; set; }
    public string? OrganisationId { get; set; }
    public required string Kind { get; set; }
    public required string SubjectId { get; set; }
    public required string Text { get; set; }
    public required long CreatedAtMs { get; set; }
    public long? ReadAtMs { get; set; }
}
