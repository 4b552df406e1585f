using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Ledger;

/// <summary>
/// Group commit: one thread that flushes what was written since the last time, for everybody who waits. It sleeps without waking while
/// nothing is written. A thread of its own, because a flush blocks for as long as the disk likes.
/// </summary>
internal sealed class JournalFlusher : IDisposable
{
    private readonly Action _flush;
    private readonly TimeSpan _gather;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _dirty = new(false, spinCount: 0);
    private readonly ManualResetEventSlim _stop = new(false, spinCount: 0);
    private bool _failing;

    /// <param name="flush">Flushes; throws <see cref="IOException"/> if it could not.</param>
    /// <param name="gather">How long to wait for more after the first write.</param>
    public JournalFlusher(Action flush, TimeSpan gather, ILogger logger)
    {
        _flush = flush;
        _gather = gather;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "journal flush" };
        _thread.Start();
    }

    /// <summary>Something was written since the last flush began.</summary>
    public void Wake() => _dirty.Set();

    /// <summary>Ends the thread; what was not flushed stays so.</summary>
    public void Dispose()
    {
        _stop.Set();
        _dirty.Set();
        _thread.Join();
        _dirty.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _dirty.Wait();
            if (_stop.IsSet) return;
            if (_gather > TimeSpan.Zero && _stop.Wait(_gather)) return;
            _dirty.Reset();
            // The word to stop also wakes: had it come just before the reset, it would not wake again.
            if (_stop.IsSet) return;
            try
            {
                _flush();
                if (_failing) _logger.LogInformation("The journal can be flushed to disk again.");
                _failing = false;
            }
            catch (IOException failure)
            {
                if (!_failing) _logger.LogError("The journal could not be flushed to disk and is tried again every second: {Reason}", failure.Message);
                _failing = true;
                if (_stop.Wait(TimeSpan.FromSeconds(1))) return;
                _dirty.Set();
            }
        }
    }
}
