using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Upstreams;

/// <summary>One timer for all calls under way. Precision is <see cref="Period"/>; it sleeps while there are none.</summary>
public sealed class DeadlineClock : IDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly EndedKeys _endedKeys;
    private readonly ITimer _timer;
    private readonly long _keepAliveTicks;
    private CallWatch? _first;
    private int _count;
    private int _ticking;
    private bool _running;
    private CallWatch[] _watches = [];

    public DeadlineClock(TimeProvider time, GatewayOptions options, EndedKeys endedKeys)
    {
        _time = time;
        _endedKeys = endedKeys;
        _keepAliveTicks = (long)(options.KeepAliveInterval.TotalSeconds * time.TimestampFrequency);
        _timer = time.CreateTimer(static self => ((DeadlineClock)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Calls under way.</summary>
    public int Count => Volatile.Read(ref _count);

    public long Now => _time.GetTimestamp();

    public long After(TimeSpan span) => _time.GetTimestamp() + (long)(span.TotalSeconds * _time.TimestampFrequency);

    public void Add(CallWatch watch)
    {
        lock (_gate)
        {
            watch.Next = _first;
            if (_first is not null) _first.Previous = watch;
            _first = watch;
            watch.IsListed = true;
            _count++;
            if (_running) return;
            _running = true;
            _timer.Change(Period, Period);
        }
    }

    public void Remove(CallWatch watch)
    {
        lock (_gate)
        {
            if (!watch.IsListed) return;
            if (watch.Previous is not null) watch.Previous.Next = watch.Next;
            else _first = watch.Next;
            if (watch.Next is not null) watch.Next.Previous = watch.Previous;
            (watch.Previous, watch.Next, watch.IsListed) = (null, null, false);
            _count--;
        }
    }

    /// <summary>Cuts every call under way.</summary>
    public void AbortAll(UpstreamFailure why)
    {
        CallWatch[] watches = [];
        var count = CopyTo(ref watches);
        foreach (var watch in watches.AsSpan(0, count)) watch.Exchange.Call?.Abort(why);
    }

    private void Tick()
    {
        if (Interlocked.Exchange(ref _ticking, 1) != 0) return;
        try
        {
            var count = CopyTo(ref _watches);
            if (count == 0) Rest();
            var now = _time.GetTimestamp();
            var watches = _watches.AsSpan(0, count);
            _endedKeys.Look(watches, now);
            foreach (var watch in watches) watch.Tick(now, _keepAliveTicks);
            watches.Clear();
        }
        finally
        {
            Volatile.Write(ref _ticking, 0);
        }
    }

    private void Rest()
    {
        lock (_gate)
        {
            if (_count > 0 || !_running) return;
            _running = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private int CopyTo(ref CallWatch[] target)
    {
        lock (_gate)
        {
            if (target.Length < _count) target = new CallWatch[Math.Max(64, _count * 2)];
            var count = 0;
            for (var watch = _first; watch is not null; watch = watch.Next) target[count++] = watch;
            return count;
        }
    }

    public void Dispose() => _timer.Dispose();
}
