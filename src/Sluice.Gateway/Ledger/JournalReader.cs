using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Gateway.Ledger;

/// <summary>
/// Reads entries in order, across segments. What is torn or damaged is passed over, to the next whole entry; that and a missing
/// segment are logged, and neither stops the reading of what follows. Not thread-safe.
/// </summary>
internal sealed class JournalReader(JournalFolder folder, JournalPosition start, ILogger logger) : IDisposable
{
    private const int Step = 8;

    private readonly byte[] _window = new byte[128 * 1024];
    private long _windowStart;
    private int _windowBytes;

    private SafeFileHandle? _file;
    private long _fileBytes;

    /// <summary>Everything before it was read.</summary>
    public JournalPosition Position { get; private set; } = start;

    /// <summary>The next entry before <paramref name="end"/>. The payload is valid until the next call.</summary>
    /// <exception cref="IOException">The disk failed; the position is unchanged.</exception>
    public bool TryRead(JournalPosition end, out JournalEntryKind kind, out ReadOnlySpan<byte> payload)
    {
        while (Position.Segment < end.Segment || (Position.Segment == end.Segment && Position.Offset < end.Offset))
        {
            if (_file is null && !Open(end)) continue;
            var limit = Position.Segment == end.Segment ? Math.Min(end.Offset, _fileBytes) : _fileBytes;
            if (ReadAt(Position.Offset, limit, out kind, out payload) || Salvage(limit, out kind, out payload)) return true;
            if (Position.Segment == end.Segment)
            {
                Position = new JournalPosition(end.Segment, Math.Max(Position.Offset, limit));
                break;
            }
            Leave(new JournalPosition(Position.Segment + 1, 0));
        }
        kind = default;
        payload = default;
        return false;
    }

    public void Dispose() => _file?.Dispose();

    private bool Open(JournalPosition end)
    {
        var segment = Position.Segment;
        try
        {
            _file = File.OpenHandle(folder.PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            var next = folder.Segments().FirstOrDefault(number => number > segment, end.Segment);
            Leave(segment < end.Segment ? new JournalPosition(Math.Min(next, end.Segment), 0) : end);
            return false;
        }
        _fileBytes = RandomAccess.GetLength(_file);
        _windowBytes = 0;
        // The head alone: what lies beyond the end is still being written and must not be remembered.
        var head = Window(0, JournalFormat.HeadBytes, Math.Min(JournalFormat.HeadBytes, _fileBytes));
        switch (JournalFormat.ReadHead(head, segment))
        {
            case JournalFormat.HeadState.Newer:
                throw new LedgerStartException($"The journal segment {folder.PathOf(segment)} was written by a newer version of Sluice. Start that version, or a later one.");
            case JournalFormat.HeadState.Damaged:
                folder.MarkDamaged(segment);
                logger.LogError("The journal segment {Segment} has no valid head. What can be read in it is kept; the file is set aside as {Path}.damaged.", segment, folder.PathOf(segment));
                break;
        }
        if (Position.Offset < JournalFormat.HeadBytes) Position = new JournalPosition(segment, JournalFormat.HeadBytes);
        return true;
    }

    private void Leave(JournalPosition next)
    {
        _file?.Dispose();
        _file = null;
        Position = next;
    }

    private bool ReadAt(long offset, long limit, out JournalEntryKind kind, out ReadOnlySpan<byte> payload)
    {
        var window = Window(offset, JournalFormat.EntryBytesMax, limit);
        if (JournalFormat.TryRead(window, Position.Segment, offset, out kind, out var payloadBytes))
        {
            payload = window.Slice(JournalFormat.EntryHeadBytes, payloadBytes);
            Position = new JournalPosition(Position.Segment, offset + JournalFormat.Size(payloadBytes));
            return true;
        }
        payload = default;
        return false;
    }

    // Nothing whole begins here. That is the end of what was written, a tail torn by the end of the process or the power, or damage.
    private bool Salvage(long limit, out JournalEntryKind kind, out ReadOnlySpan<byte> payload)
    {
        var torn = Position.Offset;
        var anything = false;
        for (var offset = torn; offset < limit; offset += Step)
        {
            // No entry begins with zeros, and most of a segment is nothing else: going through them word by word would take most of a start.
            var seen = Window(offset, Step, limit);
            var zeros = seen.IndexOfAnyExcept((byte)0) is var first and >= 0 ? first : seen.Length;
            if (zeros >= Step)
            {
                offset += zeros / Step * Step - Step;
                continue;
            }
            anything |= zeros < seen.Length;
            if (offset == torn || !ReadAt(offset, limit, out kind, out payload)) continue;
            folder.MarkDamaged(Position.Segment);
            logger.LogError("The journal segment {Segment} is damaged: {Bytes} bytes at offset {Offset} were passed over. The file is set aside as {Path}.damaged.",
                Position.Segment, offset - torn, torn, folder.PathOf(Position.Segment));
            return true;
        }
        if (anything)
        {
            logger.LogWarning("The journal segment {Segment} ends with an incomplete entry at offset {Offset}, as a killed process or a power loss leaves it. It is passed over.",
                Position.Segment, torn);
        }
        kind = default;
        payload = default;
        return false;
    }

    /// <summary>Bytes at an offset, at least <paramref name="wanted"/> unless the limit comes before.</summary>
    private ReadOnlySpan<byte> Window(long offset, int wanted, long limit)
    {
        wanted = (int)Math.Min(wanted, Math.Max(0, limit - offset));
        if (offset < _windowStart || offset + wanted > _windowStart + _windowBytes)
        {
            _windowStart = offset;
            _windowBytes = 0;
            var most = (int)Math.Min(_window.Length, Math.Max(0, limit - offset));
            while (_windowBytes < most)
            {
                var read = RandomAccess.Read(_file!, _window.AsSpan(_windowBytes, most - _windowBytes), offset + _windowBytes);
                if (read == 0) break;
                _windowBytes += read;
            }
        }
        var at = (int)(offset - _windowStart);
        return _window.AsSpan(at, Math.Max(0, Math.Min(_windowBytes - at, (int)Math.Min(int.MaxValue, limit - offset))));
    }
}
