using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;

namespace Sluice.Server.Messages;

/// <summary>
/// Sends what the outbox holds. A node claims a message before it sends it, so that two nodes do not send it twice; a claim of a node that died runs out, and
/// then another attempt is made under the same id. Sent messages lose their body at once.
/// </summary>
internal sealed partial class DeliverMessages(SluiceDatabase database, Outbox outbox, MessageChannels channels, TimeProvider time, ILogger<DeliverMessages> log) : BackgroundService
{
    /// <summary>With the waits between them, a day.</summary>
    public const int AttemptsMax = 30;
    /// <summary>Longer than any attempt takes.</summary>
    public static readonly TimeSpan Claim = TimeSpan.FromMinutes(3);
    public static readonly TimeSpan SentKept = TimeSpan.FromDays(30);
    /// <summary>For messages that could not be sent, and for notifications.</summary>
    public static readonly TimeSpan OthersKept = TimeSpan.FromDays(180);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private const int AtOnce = 4;
    private const int BatchMax = 50;

    /// <summary>How long to wait after an attempt that failed: half a minute, then twice as long each time, at most an hour.</summary>
    public static TimeSpan WaitAfter(int attempts) => TimeSpan.FromSeconds(Math.Min(FirstWait.TotalSeconds * Math.Pow(2, Math.Min(attempts, 20) - 1), LongestWait.TotalSeconds));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // An attempt under way is given a little time to end: cut in the middle, nobody knows whether it was taken.
        using var cut = new CancellationTokenSource();
        await using var stop = stoppingToken.Register(() => cut.CancelAfter(Grace));
        var swept = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await DeliverDueAsync(cut.Token) == BatchMax && !stoppingToken.IsCancellationRequested)
                {
                }
                if (time.GetUtcNow() - swept >= SweepEvery)
                {
                    await SweepAsync(stoppingToken);
                    swept = time.GetUtcNow();
                }
            }
            catch (Exception e) when (!cut.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Messages could not be delivered; the next look is in {Seconds} s. {Reason}", LookEvery.TotalSeconds, e.Message);
            }
            await outbox.WaitAsync(LookEvery, time, stoppingToken);
        }
    }

    /// <summary>Makes one attempt for each message that is due now.</summary>
    /// <returns>How many there were, at most 50.</returns>
    public async Task<int> DeliverDueAsync(CancellationToken cancellationToken)
    {
        var due = await DueAsync(cancellationToken);
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (row, token) =>
            {
                try
                {
                    await DeliverAsync(row, token);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // One message's trouble is not the others'. Its claim runs out, and it is tried again.
                    LogBroken(e, row.Id);
                }
            });
        return due.Count;
    }

    /// <summary>Removes what is old.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (sentBefore, othersBefore) = ((now - SentKept).ToUnixTimeMilliseconds(), (now - OthersKept).ToUnixTimeMilliseconds());
        await using var db = database.CreateContext();
        await db.Outbox.Where(m => (m.Status == "sent" && m.SentAtMs < sentBefore) || (m.Status != "pending" && m.CreatedAtMs < othersBefore)).ExecuteDeleteAsync(cancellationToken);
        await db.Notifications.Where(n => n.CreatedAtMs < othersBefore).ExecuteDeleteAsync(cancellationToken);
    }

    private async Task<List<OutboxRow>> DueAsync(CancellationToken cancellationToken)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        await using var db = database.CreateContext();
        return await db.Outbox.AsNoTracking()
            .Where(m => m.Status == "pending" && m.NextAttemptAtMs <= nowMs && (m.ClaimedUntilMs == null || m.ClaimedUntilMs <= nowMs))
            .OrderBy(m => m.NextAttemptAtMs).ThenBy(m => m.Id).Take(BatchMax).ToListAsync(cancellationToken);
    }

    private async ValueTask DeliverAsync(OutboxRow row, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (channels.Sender(row.Channel) is not { } sender)
        {
            // The channel was taken away while the message waited.
            await SetAsync(row.Id, row.Attempts, "held", now, null, cancellationToken);
            return;
        }
        var attempt = row.Attempts + 1;
        if (!await ClaimAsync(row, attempt, now, cancellationToken)) return;

        var delivery = outbox.BodyOf(row) is { } text ? await SendAsync(sender, row, StoredBody.Read(text), now, cancellationToken) : Delivery.Permanent("Its body cannot be opened: it was sealed under a key that this node does not have.");
        var (status, next) = delivery.Status switch
        {
            DeliveryStatus.Sent => ("sent", now),
            DeliveryStatus.Permanent => ("failed", now),
            _ => attempt >= AttemptsMax ? ("failed", now) : ("pending", time.GetUtcNow() + WaitAfter(attempt)),
        };
        await SetAsync(row.Id, attempt, status, next, status == "sent" ? null : delivery.Said, CancellationToken.None);
        if (status == "sent") LogSent(row.Id, row.Channel, row.Kind, attempt);
        else LogNotSent(row.Id, row.Channel, row.Kind, attempt, status);
    }

    private static async ValueTask<Delivery> SendAsync(IMessageSender sender, OutboxRow row, StoredBody body, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (body.UsefulForSeconds is { } seconds && row.CreatedAtMs + seconds * 1000 <= now.ToUnixTimeMilliseconds())
            return Delivery.Permanent($"It is of no use any longer: what it carries has expired. {row.LastError}");
        return await sender.SendAsync(new Envelope(row.Id, row.Recipient, row.Subject, body.Text, body.Code), cancellationToken);
    }

    /// <returns>Whether this node is the one to send it.</returns>
    private async Task<bool> ClaimAsync(OutboxRow row, int attempt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (nowMs, until) = (now.ToUnixTimeMilliseconds(), (now + Claim).ToUnixTimeMilliseconds());
        await using var db = database.CreateContext();
        return await db.Outbox
            .Where(m => m.Id == row.Id && m.Status == "pending" && m.Attempts == row.Attempts && (m.ClaimedUntilMs == null || m.ClaimedUntilMs <= nowMs))
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.ClaimedUntilMs, until).SetProperty(x => x.Attempts, attempt), cancellationToken) == 1;
    }

    private async Task SetAsync(string id, int attempts, string status, DateTimeOffset next, string? error, CancellationToken cancellationToken)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        await using var db = database.CreateContext();
        var mine = db.Outbox.Where(m => m.Id == id && m.Status == "pending" && m.Attempts == attempts);
        if (status == "sent")
        {
            await mine.ExecuteUpdateAsync(m => m.SetProperty(x => x.Status, status).SetProperty(x => x.SentAtMs, nowMs).SetProperty(x => x.SealedBody, (byte[]?)null)
                .SetProperty(x => x.ClaimedUntilMs, (long?)null).SetProperty(x => x.LastError, (string?)null), cancellationToken);
            return;
        }
        await mine.ExecuteUpdateAsync(m => m.SetProperty(x => x.Status, status).SetProperty(x => x.NextAttemptAtMs, next.ToUnixTimeMilliseconds())
            .SetProperty(x => x.ClaimedUntilMs, (long?)null).SetProperty(x => x.LastError, error), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Message {Id} ({Channel}, {Kind}) was sent at attempt {Attempt}.")]
    private partial void LogSent(string id, string channel, string kind, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Id} ({Channel}, {Kind}) was not sent at attempt {Attempt} and is {Status}; the outbox says why.")]
    private partial void LogNotSent(string id, string channel, string kind, int attempt, string status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Id} could not be worked on; it is tried again.")]
    private partial void LogBroken(Exception exception, string id);
}
