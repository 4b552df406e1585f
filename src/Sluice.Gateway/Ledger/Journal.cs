using Microsoft.Extensions.Logging;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Ledger;

/// <summary>
/// The append-only journal of one process. An entry is encoded straight into mapped memory under one short lock and is from then on safe from
/// a killed process. Every open intent has room for its record set aside, so that a call that was let through can always be settled.
/// Thread-safe.
/// </summary>
internal sealed class Journal : IDisposable
{
    // Room is counted in entries of the greatest size: each entry takes one at most.
    private const int Room = JournalFormat.EntryBytesMax;

    /// <summary>Records of calls without an intent that may wait in memory for a segment; more are dropped and counted.</summary>
    private const int WaitingMax = 4096;

    private readonly Lock _gate = new();
    private readonly Lock _flushGate = new();
    private readonly JournalFolder _folder;
    private readonly LedgerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JournalSpares _maker;
    private readonly JournalFlusher _flusher;
    private readonly CancellationTokenSource _stopping = new();

    private readonly Queue<JournalSegment> _spares = new();
    private readonly Queue<JournalSegment> _full = new();
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly Queue<byte[]> _waiting = new();
    private JournalSegment _current;
    private TaskCompletionSource? _roomMade;
    private TaskCompletionSource? _flushed;
    private Task _making = Task.CompletedTask;
    private bool _isMaking;
    private bool _dirty;
    private bool _stopped;
    private bool _announced;
    private long _waitingEntries;
    private long _oldest;
    private long _dropped;
    private long _lastFlushTicks;

    /// <exception cref="LedgerStartException">The first segment cannot be made.</exception>
    public Journal(JournalFolder folder, LedgerOptions options, long firstSegment, TimeProvider time, ILogger logger)
    {
        _folder = folder;
        _options = options;
        _time = time;
        _logger = logger;
        _oldest = firstSegment;
        _maker = new JournalSpares(folder, options, firstSegment, time, logger);
        _current = _maker.TryMake() ?? throw new LedgerStartException($"The journal in {folder.Path} cannot be started: {_maker.Failure} Free disk space or repair the folder.");
        _flusher = new JournalFlusher(Flush, options.Durability == LedgerDurability.Power ? TimeSpan.Zero : options.FlushInterval, logger);
        lock (_gate) MakeSpares();
    }

    /// <summary>Called under the lock when entries begin to wait for the drainer (with false), and when many do (with true).</summary>
    public Action<bool>? EntriesWaiting { get; set; }

    /// <summary>Where the next entry goes: everything before it is written.</summary>
    public JournalPosition End
    {
        get { lock (_gate) return new JournalPosition(_current.Number, _current.Position); }
    }

    public int OpenIntents
    {
        get { lock (_gate) return _open.Count; }
    }

    /// <summary>Records that there was no room for; only ever of calls without an intent, or after the end.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>When the last flush ended; <see cref="DateTimeOffset.MinValue"/> if there was none.</summary>
    public DateTimeOffset LastFlush => new(Volatile.Read(ref _lastFlushTicks), TimeSpan.Zero);

    /// <summary>Completes when the intent is as durable as the options ask for.</summary>
    /// <exception cref="LedgerUnavailableException">There is no room and none can be made, the flush failed, or the journal has ended.</exception>
    public ValueTask AppendAsync(CallIntent intent)
    {
        lock (_gate)
        {
            if (TryAppend(intent)) return WaitForFlush();
        }
        return new ValueTask(AppendWhenRoomAsync(intent));
    }

    /// <summary>Never fails. A record without an intent may wait in memory for a segment, or be dropped where too many wait.</summary>
    public void Append(RequestRecord record)
    {
        lock (_gate)
        {
            var promised = _open.Remove(record.RequestId);
            if (_stopped)
            {
                _dropped++;
                return;
            }
            // The promise just kept may have been what they waited for.
            if (_waiting.Count > 0) WriteWaiting();
            if (promised || (_waiting.Count == 0 && Free() > _open.Count)) Write(record);
            else Keep(record);
        }
    }

    /// <summary>Everything before the position is in the store: segments before it are removed.</summary>
    /// <returns>Whether there is more to drain by now; if not, the next entry is announced by <see cref="EntriesWaiting"/>.</returns>
    public bool Drained(JournalPosition position, int entries)
    {
        for (; _oldest < position.Segment; _oldest++) Remove(_oldest);
        _maker.RemovedBefore(position.Segment);
        lock (_gate)
        {
            _waitingEntries = Math.Max(0, _waitingEntries - entries);
            _announced = position.Segment < _current.Number || position.Offset < _current.Position;
            return _announced;
        }
    }

    /// <summary>Bytes from a position to the end.</summary>
    public long BytesSince(JournalPosition position)
    {
        var end = End;
        return (end.Segment - position.Segment) * _options.SegmentBytes + end.Offset - position.Offset;
    }

    /// <summary>Brings everything to disk that is written now.</summary>
    /// <exception cref="IOException">The disk failed; it is still to be flushed.</exception>
    public void Flush()
    {
        lock (_flushGate)
        {
            TaskCompletionSource? flushed;
            JournalSegment current;
            JournalSegment[] full;
            lock (_gate)
            {
                if (!_dirty) return;
                _dirty = false;
                (flushed, _flushed) = (_flushed, null);
                current = _current;
                full = [.. _full];
            }
            try
            {
                foreach (var segment in full)
                {
                    segment.Flush();
                    lock (_gate) _full.Dequeue();
                    segment.Dispose();
                }
                current.Flush();
            }
            catch (IOException failure)
            {
                lock (_gate) _dirty = true;
                flushed?.SetException(new LedgerUnavailableException($"The journal in {_folder.Path} could not be flushed to disk. {failure.Message}", failure));
                throw;
            }
            Volatile.Write(ref _lastFlushTicks, _time.GetUtcNow().UtcTicks);
            flushed?.SetResult();
        }
    }

    /// <summary>Flushes and ends. Intents are refused and records dropped from here on.</summary>
    public void Dispose()
    {
        Stop();
        try
        {
            Flush();
        }
        catch (IOException failure)
        {
            _logger.LogError("The last entries of the journal could not be flushed to disk: {Reason}", failure.Message);
        }
        Release();
    }

    /// <summary>Ends as a killed process does: nothing is flushed.</summary>
    internal void Abandon()
    {
        Stop();
        Release();
    }

    private void Stop()
    {
        TaskCompletionSource? waiters;
        Task making;
        lock (_gate)
        {
            _stopped = true;
            EntriesWaiting = null;
            (waiters, _roomMade) = (_roomMade, null);
            making = _making;
        }
        _stopping.Cancel();
        waiters?.SetResult();
        _flusher.Dispose();
        making.GetAwaiter().GetResult();
    }

    private void Release()
    {
        lock (_gate)
        {
            foreach (var segment in _full) segment.Dispose();
            foreach (var segment in _spares) segment.Dispose();
            _current.Dispose();
            _flushed?.TrySetException(new LedgerUnavailableException("The journal has ended."));
        }
        _stopping.Dispose();
        _maker.Dispose();
    }

    private async Task AppendWhenRoomAsync(CallIntent intent)
    {
        while (true)
        {
            Task? roomMade;
            ValueTask durable;
            lock (_gate)
            {
                // Room may have been made since the last look, and then nobody is left to tell of it.
                var appended = TryAppend(intent);
                durable = appended ? WaitForFlush() : default;
                roomMade = appended ? null : WaitForRoom();
            }
            await (roomMade ?? durable.AsTask()).ConfigureAwait(false);
            if (roomMade is null) return;
        }
    }

    private Task WaitForRoom()
    {
        if (_stopped) throw new LedgerUnavailableException("The journal has ended: this node is shutting down.");
        if (_maker.Failure is { } why) throw new LedgerUnavailableException($"The journal in {_folder.Path} is full and cannot grow: {why}");
        _roomMade ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        MakeSpares();
        return _roomMade.Task;
    }

    private bool TryAppend(CallIntent intent)
    {
        if (_stopped || Free() < _open.Count + 2) return false;
        MakeRoom();
        var bytes = RecordCodec.Write(_current.Next()[JournalFormat.EntryHeadBytes..], intent);
        _open.Add(intent.RequestId);
        Publish(JournalEntryKind.Intent, bytes);
        return true;
    }

    private void Write(RequestRecord record)
    {
        MakeRoom();
        var bytes = RecordCodec.Write(_current.Next()[JournalFormat.EntryHeadBytes..], record);
        Publish(JournalEntryKind.Record, bytes);
    }

    private void Keep(RequestRecord record)
    {
        MakeSpares();
        if (_waiting.Count >= WaitingMax)
        {
            if (_dropped++ == 0) _logger.LogError("The journal has no room: records of refused calls are dropped from now on.");
            return;
        }
        Span<byte> buffer = stackalloc byte[RecordCodec.BytesMax];
        _waiting.Enqueue(buffer[..RecordCodec.Write(buffer, record)].ToArray());
    }

    private void WriteWaiting()
    {
        while (_waiting.Count > 0 && Free() > _open.Count)
        {
            MakeRoom();
            var record = _waiting.Dequeue();
            record.CopyTo(_current.Next()[JournalFormat.EntryHeadBytes..]);
            Publish(JournalEntryKind.Record, record.Length);
        }
    }

    private void Publish(JournalEntryKind kind, int payloadBytes)
    {
        _current.Publish(kind, payloadBytes);
        if (!_dirty)
        {
            _dirty = true;
            _flusher.Wake();
        }
        if (!_announced)
        {
            _announced = true;
            EntriesWaiting?.Invoke(false);
        }
        if (++_waitingEntries == _options.DrainEntries) EntriesWaiting?.Invoke(true);
        if (WantsSpare()) MakeSpares();
    }

    private int Free() => _current.Remaining / Room + _spares.Count * RoomPerSegment;

    private int RoomPerSegment => (_options.SegmentBytes - JournalFormat.HeadBytes) / Room;

    private bool WantsSpare() => _spares.Count == 0 || _spares.Count * RoomPerSegment < _open.Count + 2 + _waiting.Count;

    private void MakeRoom()
    {
        if (_current.Remaining >= Room) return;
        _full.Enqueue(_current);
        _current = _spares.Dequeue();
    }

    private ValueTask WaitForFlush()
    {
        if (_options.Durability == LedgerDurability.Process) return default;
        _flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ValueTask(_flushed.Task);
    }

    private void MakeSpares()
    {
        if (_isMaking || _stopped) return;
        _isMaking = true;
        _making = Task.Run(MakeSparesAsync);
    }

    private async Task MakeSparesAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_stopped || !WantsSpare())
                {
                    _isMaking = false;
                    return;
                }
            }
            var made = _maker.TryMake();
            TaskCompletionSource? waiters;
            lock (_gate)
            {
                if (made is not null) _spares.Enqueue(made);
                WriteWaiting();
                (waiters, _roomMade) = (_roomMade, null);
            }
            waiters?.SetResult();
            if (made is null) await _maker.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Remove(long segment)
    {
        try
        {
            _folder.Remove(segment);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next start finds it drained and removes it.
            _logger.LogWarning("The journal segment {Segment} could not be removed: {Reason}", segment, failure.Message);
        }
    }
}
