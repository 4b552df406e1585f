namespace Sluice.Server.Management.Operations;

/// <summary>Something that this node looks after from time to time. What it does is done once, however often and wherever it runs.</summary>
internal abstract partial class SystemJob(TimeProvider time, ILogger log) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);

    /// <summary>Time between two looks.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>What the log calls it.</summary>
    protected abstract string Name { get; }

    /// <summary>Does all that is due now.</summary>
    public abstract Task RunOnceAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var wait = First < Interval ? First : Interval; ; wait = Interval)
        {
            await Task.Delay(wait, time, stoppingToken);
            try
            {
                await RunOnceAsync(stoppingToken);
            }
#pragma warning disable CA1031 // Whatever went wrong, the next look is another chance, and the host must not stop for it.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailure(e, Name, Interval.TotalMinutes);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The job '{Job}' failed; the next attempt is in {Minutes} min.")]
    private partial void LogFailure(Exception exception, string job, double minutes);
}
