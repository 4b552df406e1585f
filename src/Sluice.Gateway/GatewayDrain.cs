using Sluice.Contracts.Errors;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway;

/// <summary>Counts the calls under way, turns new ones away when there are too many or the node is going down, and waits for the last.</summary>
public sealed class GatewayDrain(DeadlineClock clock, GatewayOptions options, TimeProvider time)
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inFlight;
    private volatile bool _refusing;
    private volatile bool _cutting;

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>From now on calls are answered with 503.</summary>
    public void BeginRefusing()
    {
        _refusing = true;
        if (InFlight == 0) _idle.TrySetResult();
    }

    /// <summary>True when the last call ended; false if <paramref name="limit"/> passed first.</summary>
    public async Task<bool> WhenIdleAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await _idle.Task.WaitAsync(limit, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Ends every call under way with an error event or error.</summary>
    public void CutAll()
    {
        _cutting = true;
        clock.AbortAll(UpstreamFailure.Draining);
    }

    /// <summary>Calls that are only now about to be dispatched must not be.</summary>
    public bool IsCutting => _cutting;

    internal Refusal? Enter()
    {
        var count = Interlocked.Increment(ref _inFlight);
        if (_refusing) return new(ErrorCodes.Draining) { RetryAfter = TimeSpan.FromSeconds(1) };
        return count > options.CallsInFlightMax ? new(ErrorCodes.Overloaded) { RetryAfter = TimeSpan.FromSeconds(1 + Random.Shared.NextDouble() * 2) } : null;
    }

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0 && _refusing) _idle.TrySetResult();
    }
}
