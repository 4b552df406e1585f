using System.Threading.Tasks.Sources;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Sandbox;

/// <summary>The one thing a sandbox call waits on: a time, or being cut. One wait at a time; allocates a timer once and nothing a wait.</summary>
internal sealed class SandboxWait(UpstreamCall call, TimeProvider time) : IAbortable, IValueTaskSource, IDisposable
{
    // An abort comes with a lock held, so whoever waits goes on elsewhere.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private ITimer? _timer;
    private int _waiting;
    private volatile bool _aborted;

    public long Now => time.GetTimestamp();

    public long After(long timestamp, TimeSpan span) => timestamp + (long)(span.TotalSeconds * time.TimestampFrequency);

    public async ValueTask DelayAsync(TimeSpan span)
    {
        if (span > TimeSpan.Zero) await UntilAsync(After(Now, span));
        else ThrowIfAborted();
    }

    /// <summary>Completes at <paramref name="timestamp"/>, or throws when the call is cut.</summary>
    public async ValueTask UntilAsync(long timestamp)
    {
        ThrowIfAborted();
        for (var now = Now; now < timestamp; now = Now)
        {
            // Rounded up: a timer that fires a fraction early would be armed again for nothing.
            var left = Math.Ceiling(time.GetElapsedTime(now, timestamp).TotalMilliseconds);
            await Once(TimeSpan.FromMilliseconds(left));
            ThrowIfAborted();
        }
    }

    /// <summary>Ends only by being cut.</summary>
    public async ValueTask ForeverAsync()
    {
        for (; ; )
        {
            ThrowIfAborted();
            await Once(Timeout.InfiniteTimeSpan);
        }
    }

    public void ThrowIfAborted()
    {
        if (_aborted) throw new UpstreamException(call.AbortedFor, dispatched: true, "The call to the sandbox was cut.");
    }

    public void Abort()
    {
        _aborted = true;
        Release();
    }

    public void Dispose()
    {
        call.Unbind();
        _timer?.Dispose();
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _core.OnCompleted(continuation, state, token, flags);

    private ValueTask Once(TimeSpan due)
    {
        _core.Reset();
        Volatile.Write(ref _waiting, 1);
        _timer ??= time.CreateTimer(static self => ((SandboxWait)self!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(due, Timeout.InfiniteTimeSpan);
        if (_aborted) Release();
        return new ValueTask(this, _core.Version);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _waiting, 0) == 1) _core.SetResult(true);
    }
}
