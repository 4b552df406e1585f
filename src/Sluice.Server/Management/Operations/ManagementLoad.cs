using System.Threading.RateLimiting;

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

    /// <summary>Held from before the operation until its answer is sent.</summary>
    public RateLimitLease Stream() => _streams.AttemptAcquire();

    public ValueTask<RateLimitLease> EnterAsync(CancellationToken cancellationToken) => _limiter.AcquireAsync(1, cancellationToken);

    public void Dispose()
    {
        _limiter.Dispose();
        _streams.Dispose();
    }
}
