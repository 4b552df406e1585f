using Microsoft.Extensions.Logging;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Ledger;

/// <summary>
/// The book of calls. A call is reserved before it is dispatched and settled when it ends; what is settled reaches the record store exactly
/// once, and what a killed process left open becomes an estimated record at the next start. Thread-safe.
/// </summary>
public sealed class CallLedger(LedgerOptions options, IRecordStore store, TimeProvider time, ILogger<CallLedger> logger) : IAsyncDisposable
{
    private JournalFolder? _folder;
    private Journal? _journal;
    private JournalDrainer? _drainer;

    /// <summary>Calls reserved and not yet settled.</summary>
    public int OpenIntents => _journal?.OpenIntents ?? 0;

    /// <summary>Bytes in the journal that are not in the store yet.</summary>
    public long PendingBytes => _drainer is { } drainer ? _journal!.BytesSince(drainer.Position) : 0;

    /// <summary>When the journal was last flushed to disk; <see cref="DateTimeOffset.MinValue"/> if never.</summary>
    public DateTimeOffset LastFlush => _journal?.LastFlush ?? DateTimeOffset.MinValue;

    /// <summary>Records of calls that were never reserved, dropped because the disk was full for long; 0 in a healthy system.</summary>
    public long DroppedRecords => _journal?.Dropped ?? 0;

    /// <summary>
    /// Locks the folder, brings what the last run left into the store, and opens the journal. Call it once, before anything else.
    /// </summary>
    /// <returns>Calls of each key since the day before yesterday (UTC), from which limits are restored.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="LedgerStartException">The folder cannot be used, is in use, or was written by a newer version.</exception>
    public async Task<IReadOnlyList<DayCount>> StartAsync(CancellationToken cancellationToken = default)
    {
        options.Validate();
        if (_folder is not null) throw new InvalidOperationException("The ledger was started before.");
        var folder = _folder = JournalFolder.Open(options.Folder);
        try
        {
            var sinceDay = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).DayNumber - 2;
            var recovered = await new LedgerRecovery(folder, store, options.BatchEntriesMax, logger).RunAsync(sinceDay, cancellationToken).ConfigureAwait(false);
            _journal = new Journal(folder, options, recovered.NextSegment, time, logger);
            _drainer = new JournalDrainer(_journal, folder, store, options, logger);
            return recovered.Counts;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Books that a call is about to be dispatched. Once this completes, a record of the call will exist whatever happens, and room for
    /// it is set aside. Completes at once, except for power durability or while a segment is being made.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The journal is full and cannot grow, cannot be flushed, or has ended. The call must not be dispatched.</exception>
    public ValueTask ReserveAsync(CallIntent intent) => Started.AppendAsync(intent);

    /// <summary>
    /// Books the end of a call, reserved or not. Never blocks on the disk and never fails; the record may be reused as soon as it returns. Of several for one
    /// request id the first is kept.
    /// </summary>
    public void Settle(RequestRecord record) => Started.Append(record);

    /// <summary>Completes when everything settled before this call is in the store, however long the store takes.</summary>
    public Task DrainNowAsync(CancellationToken cancellationToken = default) => _drainer?.DrainNowAsync(cancellationToken) ?? throw NotStarted();

    /// <summary>Drains within the time the token gives, flushes, and lets the folder go. What could not be drained is taken up by the next start.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_drainer is { } drainer && _journal is { } journal)
        {
            try
            {
                await drainer.DrainNowAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is OperationCanceledException or LedgerUnavailableException)
            {
                logger.LogWarning("{Bytes} bytes of the journal are not in the database yet. The next start brings them there.", PendingBytes);
            }
            _drainer = null;
            await drainer.DisposeAsync().ConfigureAwait(false);
            journal.Dispose();
        }
        _folder?.Dispose();
    }

    /// <inheritdoc cref="StopAsync"/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await StopAsync(limit.Token).ConfigureAwait(false);
    }

    /// <summary>Ends as a killed process does, but for the memory of this one: nothing is drained or flushed.</summary>
    internal async Task AbandonAsync()
    {
        await _drainer!.DisposeAsync().ConfigureAwait(false);
        _drainer = null;
        _journal!.Abandon();
        _folder!.Dispose();
    }

    internal JournalPosition JournalEnd => Started.End;

    private Journal Started => _journal ?? throw NotStarted();

    private static InvalidOperationException NotStarted() => new("The ledger is used before it was started.");
}
