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

    public ValueTask<RateLimitLease> EnterAsync(CancellationToken cancellationToken) => _limiter.AcquireAsync(1, cancellationToken);

    public void Dispose() => _limiter.Dispose();
}
