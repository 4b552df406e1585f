using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Messages;

/// <summary>
/// Takes messages in, in the transaction of the act that they tell of: whatever is committed is sent in the end, and nothing else is. Without a
/// channel to send on they are held for the operator to read.
/// </summary>
internal sealed partial class Outbox(SecretSealer sealer, MessageChannels channels, ILogger<Outbox> log) : IDisposable
{
    /// <summary>Messages to one address within an hour; more are not sent, so that nobody's mailbox can be filled through this server.</summary>
    public const int PerHourMax = 5;
    /// <summary>How many of these may be notices that nobody asked for, so that a link asked for still comes through.</summary>
    public const int NoticesPerHourMax = 3;
    private static readonly Uri Origin = new("sluice://outbox");

    /// <summary>Completed whenever a message may be waiting; for the delivery of this node, which looks from time to time anyway.</summary>
    private readonly SemaphoreSlim _added = new(0, 1);

    public async Task AddAsync(SluiceDb db, OutgoingMessage message, DateTimeOffset now, CancellationToken cancellationToken, int perHourMax = PerHourMax)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var since = nowMs - (long)TimeSpan.FromHours(1).TotalMilliseconds;
        var recent = await db.Outbox.CountAsync(m => m.Recipient == message.Recipient && m.CreatedAtMs > since, cancellationToken)
            + db.Outbox.Local.Count(m => m.Recipient == message.Recipient && db.Entry(m).State is EntityState.Added);
        if (recent >= perHourMax)
        {
            LogTooMany(message.Channel, message.Kind, recent);
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

    /// <summary>
    /// A mail for each notification, to people with a confirmed address. Who gets a message of their own in the same act is not told twice.
    /// </summary>
    public async Task AddNoticesAsync(SluiceDb db, IReadOnlyList<NotificationRow> notifications, IReadOnlyList<OutgoingMessage> messages, Uri console, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var notification in notifications.Where(n => messages.All(m => m.AccountId != n.AccountId)))
        {
            var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == notification.AccountId, cancellationToken);
            if (account is not { EmailConfirmed: true, Email: not null, SuspendedAtMs: null }) continue;
            var chinese = account.Language.StartsWith("zh", StringComparison.OrdinalIgnoreCase);
            var notice = new Notice(chinese ? "Sluice 通知" : "Notice from Sluice", notification.Text, console);
            await AddAsync(db, notice.ToAccount(account) with { OrganisationId = notification.OrganisationId }, now, cancellationToken, NoticesPerHourMax);
        }
    }

    /// <summary>Says that messages were committed.</summary>
    public void Wake()
    {
        try
        {
            _added.Release();
        }
        catch (SemaphoreFullException)
        {
            // It was said already.
        }
    }

    /// <summary>Returns when <see cref="Wake"/> was called since the last time, or after a while.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await _added.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look.
        }
    }

    /// <summary>The body of a message, or <see langword="null"/> once it is gone or where it cannot be opened.</summary>
    public string? BodyOf(OutboxRow row) => row.SealedBody is { } box && sealer.TryOpen(box, row.Id, "body", Origin, out var body) ? body.Reveal() : null;

    public void Dispose() => _added.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message ({Channel}, {Kind}) was not taken in: its recipient got {Count} within the last hour.")]
    private partial void LogTooMany(string channel, string kind, int count);
}
