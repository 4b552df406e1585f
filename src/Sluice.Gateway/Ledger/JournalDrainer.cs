using Microsoft.Extensions.Logging;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Ledger;

/// <summary>
/// Brings what is journaled into the record store, in batches, on the pool. While the store fails everything stays in the journal and is tried
/// again, ever more slowly up to half a minute. It sleeps without waking while nothing waits.
/// </summary>
internal sealed class JournalDrainer : IAsyncDisposable
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);

    private readonly Journal _journal;
    private readonly JournalReader _reader;
    private readonly IRecordStore _store;
    private readonly LedgerOptions _options;
    private readonly ILogger _logger;
    private readonly LedgerBatchBuilder _builder;
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _hurry = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<(JournalPosition Until, TaskCompletionSource Done)> _waiters = [];
    private readonly Task _run;
    private JournalPosition _drained;
    private bool _ended;

    public JournalDrainer(Journal journal, JournalFolder folder, IRecordStore store, LedgerOptions options, ILogger logger)
    {
        _journal = journal;
        _store = store;
        _options = options;
        _logger = logger;
        _drained = journal.End;
        _reader = new JournalReader(folder, _drained, logger);
        _builder = new LedgerBatchBuilder([], logger);
        _journal.EntriesWaiting = many => Signal(many ? _hurry : _arrived);
        _run = Task.Run(RunAsync);
    }

    /// <summary>Everything before it is in the store.</summary>
    public JournalPosition Position
    {
        get { lock (_gate) return _drained; }
    }

    /// <summary>Completes when everything appended before this call is in the store.</summary>
    public Task DrainNowAsync(CancellationToken cancellationToken)
    {
        var until = _journal.End;
        TaskCompletionSource done;
        lock (_gate)
        {
            if (Reaches(_drained, until)) return Task.CompletedTask;
            if (_ended) return Task.FromException(new LedgerUnavailableException("The journal is no longer drained: this node is shutting down."));
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((until, done));
        }
        Signal(_hurry);
        Signal(_arrived);
        return done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Ends after the batch under way. What is not drained stays in the journal for the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _reader.Dispose();
        _stopping.Dispose();
        _arrived.Dispose();
        _hurry.Dispose();
    }

    private async Task RunAsync()
    {
        var stop = _stopping.Token;
        try
        {
            while (true)
            {
                await _arrived.WaitAsync(stop).ConfigureAwait(false);
                // A commit costs a disk flush, so entries gather between two of them; only a full batch is followed at once by the next.
                bool more;
                do
                {
                    await _hurry.WaitAsync(_options.DrainInterval, stop).ConfigureAwait(false);
                    bool full;
                    do (more, full) = await DrainBatchAsync(stop).ConfigureAwait(false);
                    while (full);
                }
                while (more);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
        finally
        {
            lock (_gate)
            {
                _ended = true;
                foreach (var (_, done) in _waiters) done.TrySetException(new LedgerUnavailableException("The journal is no longer drained: this node is shutting down."));
                _waiters.Clear();
            }
        }
    }

    /// <returns>Whether entries still wait, and whether the batch was as large as one may be.</returns>
    private async Task<(bool More, bool Full)> DrainBatchAsync(CancellationToken stop)
    {
        var failures = 0;
        var retry = RetryFirst;
        while (true)
        {
            try
            {
                ReadBatch();
                var entries = _builder.Entries;
                if (entries > 0)
                {
                    await _store.WriteAsync(_builder.Build(_reader.Position), stop).ConfigureAwait(false);
                    _builder.Commit();
                }
                if (failures > 0) _logger.LogInformation("The record store takes records again, after {Failures} failed attempts.", failures);
                var more = _journal.Drained(_reader.Position, entries);
                Reached(_reader.Position);
                return (more, more && entries >= _options.BatchEntriesMax);
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                _builder.Fail();
                // The first time and then about every five minutes.
                if (failures++ % 10 == 0)
                {
                    _logger.LogError("Records could not be written to the store and stay in the journal ({Bytes} bytes wait). Next attempt in {Seconds} s. {Reason}",
                        _journal.BytesSince(Position), retry.TotalSeconds, failure.Message);
                }
            }
            await _hurry.WaitAsync(retry, stop).ConfigureAwait(false);
            retry = retry * 2 < RetryMax ? retry * 2 : RetryMax;
        }
    }

    private void ReadBatch()
    {
        var end = _journal.End;
        while (_builder.Entries < _options.BatchEntriesMax && _reader.TryRead(end, out var kind, out var payload)) _builder.Add(kind, payload);
    }

    private void Reached(JournalPosition position)
    {
        lock (_gate)
        {
            _drained = position;
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (!Reaches(position, _waiters[i].Until)) continue;
                _waiters[i].Done.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }

    private static bool Reaches(JournalPosition position, JournalPosition until)
        => position.Segment > until.Segment || (position.Segment == until.Segment && position.Offset >= until.Offset);

    private static void Signal(SemaphoreSlim semaphore)
    {
        // One too many is a look in vain, so the count need not be exact.
        if (semaphore.CurrentCount == 0) semaphore.Release();
    }
}
