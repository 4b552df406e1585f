using System.Threading.RateLimiting;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Operations;

/// <summary>
/// How much of the process the control plane may take: a few calls at once, a bounded line behind them, and a plain refusal
/// beyond, so that a flood of management calls leaves the data plane its threads.
/// </summary>
internal sealed class ManagementLoad : IDisposable
{
    public const int AtOnce = 16;
    public const int Waiting = 4096;

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = AtOnce,
        QueueLimit = Waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Streamed answers under way at once: a slow reader holds one of these and nothing else.</summary>
    public const int StreamsAtOnce = 8;

    private readonly ConcurrencyLimiter _streams = new(new ConcurrencyLimiterOptions { PermitLimit = StreamsAtOnce, QueueLimit = 0 });

    /// <summary>Takes the place that a long operation needs, until its answer is sent; says why there is none.</summary>
    public Refusal? RefuseLong(Operation operation, Caller caller, HttpResponse response)
    {
        if (operation.Live)
        {
            if (Live(caller.ActorId) is not { } place)
                return new Refusal(ErrorCodes.RateLimitExceeded, $"The caller follows {LiveOfCaller} streams already, or this node has no more of them. Close one.");
            response.RegisterForDispose(place);
        }
        else if (operation.Streams.Count > 0 || operation.TakesLong)
        {
            var stream = _streams.AttemptAcquire();
            response.RegisterForDispose(stream);
            if (!stream.IsAcquired)
                return new Refusal(ErrorCodes.Overloaded);
        }

        return null;
    }

    /// <summary>Streams without end that one caller may have at once, and all callers together.</summary>
    public const int LiveOfCaller = 4;
    public const int LiveAtOnce = 256;

    private readonly Dictionary<string, int> _live = new(StringComparer.Ordinal);
    private readonly Lock _liveGate = new();
    private int _liveCount;

    /// <summary>A place for a stream without end, given back when disposed; <see langword="null"/> where there is none left.</summary>
    public IDisposable? Live(string actorId)
    {
        lock (_liveGate)
        {
            var own = _live.GetValueOrDefault(actorId);
            if (own >= LiveOfCaller || _liveCount >= LiveAtOnce)
                return null;
            _live[actorId] = own + 1;
            _liveCount++;
        }

        return new LivePlace(this, actorId);
    }

    private sealed class LivePlace(ManagementLoad load, string actorId) : IDisposable
    {
        private bool _given;

        public void Dispose()
        {
            lock (load._liveGate)
            {
                if (_given)
                    return;
                _given = true;
                load._liveCount--;
                if (--load._live[actorId] == 0)
                    load._live.Remove(actorId);
            }
        }
    }

    public ValueTask<RateLimitLease> EnterAsync(CancellationToken cancellationToken) => _limiter.AcquireAsync(1, cancellationToken);

    public void Dispose()
    {
        _limiter.Dispose();
        _streams.Dispose();
    }
}
