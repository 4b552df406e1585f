using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Upstreams;

/// <summary>
/// What an exchange is waiting for and until when. Written by the exchange, read by <see cref="DeadlineClock"/> from another thread: plain words,
/// no timer or token per call.
/// </summary>
public sealed class CallWatch(Exchange exchange)
{
    private static readonly TimeSpan ReadingGrace = TimeSpan.FromSeconds(3);

    private long _upstreamDue;
    private UpstreamFailure _upstreamFailure;
    private long _callerDue;
    private long _silentSince;
    private long _keyEndedAt;

    internal CallWatch? Previous { get; set; }
    internal CallWatch? Next { get; set; }
    internal bool IsListed { get; set; }

    public Exchange Exchange { get; } = exchange;

    /// <summary>Set for streams: writes a comment if the stream can take one now.</summary>
    public Action? KeepAlive { get; set; }

    /// <summary>Waiting for the upstream until <paramref name="due"/> (monotonic ticks).</summary>
    public void AwaitUpstream(long due, UpstreamFailure failure)
    {
        _upstreamFailure = failure;
        Volatile.Write(ref _upstreamDue, due);
    }

    public void UpstreamCame() => Volatile.Write(ref _upstreamDue, 0);

    /// <summary>Waiting for the caller to take what was written.</summary>
    public void AwaitCaller(long due) => Volatile.Write(ref _callerDue, due);

    public void CallerCame() => Volatile.Write(ref _callerDue, 0);

    /// <summary>The caller was sent something just now.</summary>
    public void Spoke(long now) => Volatile.Write(ref _silentSince, now);

    /// <summary>Ends the call, with an error to the caller that says why, because of its key.</summary>
    internal void EndForKey(Refusal refusal, long now)
    {
        _keyEndedAt = now;
        Exchange.KeyEnded = refusal;
        Exchange.Call?.Abort(UpstreamFailure.KeyEnded);
    }

    /// <summary>Again, for a call that is still there: it may have been dispatched at that moment, or its caller may not be reading.</summary>
    internal void EndForKey(long now, TimeProvider time)
    {
        Exchange.Call?.Abort(UpstreamFailure.KeyEnded);
        if (Volatile.Read(ref _callerDue) != 0 && time.GetElapsedTime(_keyEndedAt, now) >= ReadingGrace) AbortCaller();
    }

    private void AbortCaller()
    {
        try
        {
            Exchange.Http.Abort();
        }
        catch (ObjectDisposedException)
        {
            // The call ended at this moment. An exception on the clock's thread would end the process.
        }
    }

    /// <summary>Called every tick of the clock.</summary>
    public void Tick(long now, long keepAliveTicks)
    {
        var caller = Volatile.Read(ref _callerDue);
        if (caller != 0 && now > caller)
        {
            // The caller does not read: free what it holds.
            Volatile.Write(ref _callerDue, 0);
            Exchange.Call?.Abort(UpstreamFailure.CallerLeft);
            AbortCaller();
            return;
        }

        var upstream = Volatile.Read(ref _upstreamDue);
        if (upstream != 0 && now > upstream)
        {
            Volatile.Write(ref _upstreamDue, 0);
            Exchange.Call?.Abort(_upstreamFailure);
            return;
        }

        var silent = Volatile.Read(ref _silentSince);
        if (KeepAlive is { } keepAlive && silent != 0 && now - silent > keepAliveTicks)
        {
            Volatile.Write(ref _silentSince, now);
            keepAlive();
        }
    }
}
