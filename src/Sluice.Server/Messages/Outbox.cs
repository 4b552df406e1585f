using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Messages;

/// <summary>
/// Takes messages in, in the transaction of the act that they tell of: whatever is committed is sent in the end, and nothing else is. Without a
/// channel to send on they are held for the operator to read.
/// </summary>
internal sealed partial class Outbox(SecretSealer sealer, MessageChannels channels, ILogger<Outbox> log)
{
    /// <summary>Messages to one address within an hour; more are not sent, so that nobody's mailbox can be filled through this server.</summary>
    public const int PerHourMax = 5;
    private static readonly Uri Origin = new("sluice://outbox");

    public async Task AddAsync(SluiceDb db, OutgoingMessage message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var since = nowMs - (long)TimeSpan.FromHours(1).TotalMilliseconds;
        var recent = await db.Outbox.CountAsync(m => m.Recipient == message.Recipient && m.CreatedAtMs > since, cancellationToken)
            + db.Outbox.Local.Count(m => m.Recipient == message.Recipient && db.Entry(m).State is EntityState.Added);
        if (recent >= PerHourMax)
        {
            LogTooMany(message.Channel, message.Kind);
            return;
        }

        var id = ObjectId.New(ObjectId.Message, now);
        db.Outbox.Add(new OutboxRow
        {
            Id = id,
            AccountId = message.AccountId,
            OrganisationId = message.OrganisationId,
            Channel = message.Channel,
            Recipient = message.Recipient,
            Kind = message.Kind,
            Subject = message.Subject,
            SealedBody = sealer.Seal(message.Body, id, "body", Origin),
            Status = channels.CanSend(message.Channel) ? "pending" : "held",
            Attempts = 0,
            NextAttemptAtMs = nowMs,
            CreatedAtMs = nowMs,
        });
    }

    /// <summary>The body of a message, or <see langword="null"/> once it is gone or where it cannot be opened.</summary>
    public string? BodyOf(OutboxRow row) => row.SealedBody is { } box && sealer.TryOpen(box, row.Id, "body", Origin, out var body) ? body.Reveal() : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message ({Channel}, {Kind}) was not taken in: its recipient got 5 within the last hour.")]
    private partial void LogTooMany(string channel, string kind);
}

/// <summary>Which channels the operator has set up.</summary>
internal sealed class MessageChannels
{
    public bool Email { get; init; }
    public bool Sms { get; init; }

    public bool CanSend(string channel) => channel == Channels.Email ? Email : Sms;
}
