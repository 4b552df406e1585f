using System.Text;
using Sluice.Gateway.Records;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.RequestLog;

/// <summary>
/// Writes calls as server-sent events, as they end. What ends on this node is handed on by the store; where other nodes write to the same store, it is also asked
/// once a second. Of the operation's call only what outlives it is used: its database is closed by now.
/// </summary>
internal sealed class LiveRequests(OperationCall call, RecordFilter asked, string? after)
{
    private const int CaughtUpMax = 1_000;
    private const int PageRows = 200;
    private const int PagesMax = 50;
    private const int PolledMax = 500;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookBack = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time = call.Tools.Time;
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);
    private readonly Queue<(DateTimeOffset At, string Id)> _sentInOrder = new();
    private RecordFilter _filter = asked;
    private DateTimeOffset _written;

    public async Task WriteAsync(Stream body, CancellationToken cancellationToken)
    {
        // Listened to before anything is looked up, so that nothing falls in between.
        using var follower = call.Tools.Records.Live.Follow();
        using var ticks = new PeriodicTimer(Tick, _time);
        try
        {
            await SendAsync(body, ": following\n\n"u8.ToArray(), cancellationToken);
            await CatchUpAsync(body, cancellationToken);
            await FollowAsync(body, follower, ticks, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller left, or this node stops.
        }
    }

    private async Task FollowAsync(Stream body, LiveRecords.Follower follower, PeriodicTimer ticks, CancellationToken cancellationToken)
    {
        var begun = _time.GetUtcNow();
        var check = begun + CheckEvery;
        var arrived = follower.Batches.WaitToReadAsync(cancellationToken).AsTask();
        var tick = ticks.WaitForNextTickAsync(cancellationToken).AsTask();
        while (true)
        {
            var woken = await Task.WhenAny(arrived, tick);
            await woken;
            if (woken == arrived)
            {
                while (follower.Batches.TryRead(out var batch))
                    await SendAsync(body, batch.Where(r => RequestFilter.Holds(_filter, r)), cancellationToken);
                if (follower.TakeLost())
                    await SendAsync(body, "event: skipped\ndata: {}\n\n"u8.ToArray(), cancellationToken);
                arrived = follower.Batches.WaitToReadAsync(cancellationToken).AsTask();
                continue;
            }

            tick = ticks.WaitForNextTickAsync(cancellationToken).AsTask();
            var now = _time.GetUtcNow();
            if (now >= check)
            {
                if (await MayNoLongerAsync(now, cancellationToken))
                {
                    await SendAsync(body, "event: end\ndata: {\"reason\":\"permission_denied\"}\n\n"u8.ToArray(), cancellationToken);
                    return;
                }

                check = now + CheckEvery;
            }

            if (call.Tools.Records.IsShared)
                await PollAsync(body, begun, now, cancellationToken);
            if (now - _written >= BeatEvery)
                await SendAsync(body, ":\n\n"u8.ToArray(), cancellationToken);
            while (_sentInOrder.TryPeek(out var oldest) && oldest.At < now - LookBack - LookBack)
                _sent.Remove(_sentInOrder.Dequeue().Id);
        }
    }

    private async Task CatchUpAsync(Stream body, CancellationToken cancellationToken)
    {
        var cursor = after;
        var count = 0;
        for (var page = 0; cursor is not null && page < PagesMax; page++)
        {
            var found = await call.Tools.Records.ListAsync(_filter, cursor, PageRows, cancellationToken, oldestFirst: true);
            await SendAsync(body, found.Records, cancellationToken);
            cursor = found.NextCursor;
            count += found.Records.Count;
            if (count >= CaughtUpMax)
                break;
        }

        if (cursor is not null)
            await SendAsync(body, "event: skipped\ndata: {}\n\n"u8.ToArray(), cancellationToken);
    }

    // By when they ended, since calls come into the store as they end and are found there by when they began.
    private async Task PollAsync(Stream body, DateTimeOffset begun, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await call.Tools.Records.ListAsync(_filter with { FromMs = (now - LookBack).ToUnixTimeMilliseconds() }, null, PolledMax, cancellationToken);
        var sinceMs = begun.ToUnixTimeMilliseconds();
        await SendAsync(body, found.Records.Where(r => r.StartedAtMs + (r.TotalUs / 1000) >= sinceMs).Reverse(), cancellationToken);
    }

    /// <summary>Asks anew who the caller is and what they may read. Without a way to ask, a stream is short.</summary>
    private async Task<bool> MayNoLongerAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (call.FindAgain is not { } find || await find(cancellationToken) is not { } caller || caller.OrganisationId != _filter.OrganisationId || !caller.May(Permissions.LogsRead))
            return true;
        _filter = _filter with { Windows = new LogReach(caller.Rights, now.ToUnixTimeMilliseconds(), _filter.ProjectId).Windows };
        return false;
    }

    private async Task SendAsync(Stream body, IEnumerable<RequestRecord> records, CancellationToken cancellationToken)
    {
        using var events = new MemoryStream();
        foreach (var record in records)
        {
            if (!_sent.Add(record.RequestId))
                continue;
            _sentInOrder.Enqueue((_time.GetUtcNow(), record.RequestId));
            events.Write(Encoding.UTF8.GetBytes($"event: request\nid: {record.RequestId}\ndata: "));
            events.Write(ManagementAnswers.Write(RequestView.Of(record, call.Tools.StagesOf(record.Endpoint))));
            events.Write("\n\n"u8);
        }

        if (events.Length > 0)
            await SendAsync(body, events.ToArray(), cancellationToken);
    }

    private async Task SendAsync(Stream body, byte[] bytes, CancellationToken cancellationToken)
    {
        _written = _time.GetUtcNow();
        await body.WriteAsync(bytes, cancellationToken);
        await body.FlushAsync(cancellationToken);
    }
}
