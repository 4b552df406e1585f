using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Keys;

/// <summary>Reads all keys in behind the start, which waits for it a moment and no longer: with a million keys the first call need not.</summary>
public sealed class KeyLoading(KeyTable keys, TimeProvider time, ILogger<KeyLoading> log) : IAsyncDisposable
{
    /// <summary>With fewer than some hundred thousand keys this is enough to have them all before the first call.</summary>
    public static readonly TimeSpan StartWaitMax = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Task _rest = Task.CompletedTask;

    /// <summary>Returns when all keys are in, or the start has waited long enough; then the rest follows by itself.</summary>
    /// <exception cref="Exception">The directory failed within that time.</exception>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        // The directory may work on the calling thread.
        var reading = Task.Run(async () => await keys.LoadAllAsync(_stop.Token), cancellationToken);
        await Task.WhenAny(reading, Task.Delay(StartWaitMax, time, cancellationToken));
        if (reading.IsCompleted) await reading;
        else _rest = FinishAsync(reading, began);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _rest;
        _stop.Dispose();
    }

    private async Task FinishAsync(Task reading, long began)
    {
        while (true)
        {
            try
            {
                await reading;
                log.LogInformation("{Count} keys were read in {Seconds:0.0} s; calls were served meanwhile.", keys.Count, time.GetElapsedTime(began).TotalSeconds);
                return;
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                log.LogError(e, "The keys could not be read in; each is looked up in the database when it is first used. The next attempt is in {Seconds} s.", RetryAfter.TotalSeconds);
            }

            try
            {
                await Task.Delay(RetryAfter, time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            reading = Task.Run(async () => await keys.LoadAllAsync(_stop.Token), CancellationToken.None);
        }
    }
}
