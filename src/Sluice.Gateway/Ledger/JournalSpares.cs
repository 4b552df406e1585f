using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Ledger;

/// <summary>
/// Makes segments ahead of need, on a pool thread: filling a file with zeros takes milliseconds that no request should wait for.
/// When none can be made it says why, and tries again every second for as long as one is wanted.
/// </summary>
internal sealed class JournalSpares(JournalFolder folder, LedgerOptions options, long firstSegment, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _roomMade = new(0);
    private long _next = firstSegment;
    private long _oldest = firstSegment;
    private long _lastComplaint = long.MinValue;

    /// <summary>Why the last attempt failed, or <see langword="null"/> if it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Segments before this one are gone from the disk.</summary>
    public void RemovedBefore(long segment)
    {
        if (segment <= Volatile.Read(ref _oldest)) return;
        Volatile.Write(ref _oldest, segment);
        if (Failure is not null && _roomMade.CurrentCount == 0) _roomMade.Release();
    }

    /// <summary>One attempt. Not to be called from two threads at once.</summary>
    public JournalSegment? TryMake()
    {
        try
        {
            var bytes = (_next - Volatile.Read(ref _oldest) + 1) * options.SegmentBytes;
            if (bytes > options.JournalBytesMax)
            {
                throw new IOException($"it would grow to {bytes} bytes and may have {options.JournalBytesMax}, because the database does not take records");
            }
            var made = JournalSegment.Create(folder, _next, options.SegmentBytes);
            _next++;
            if (Failure is not null) logger.LogInformation("The journal in {Folder} has room again.", folder.Path);
            Failure = null;
            return made;
        }
        catch (Exception failure)
        {
            // Whatever it is: reservations wait for this attempt and must learn that it failed.
            Failure = failure.Message;
            if (_lastComplaint == long.MinValue || time.GetElapsedTime(_lastComplaint) > TimeSpan.FromMinutes(1))
            {
                _lastComplaint = time.GetTimestamp();
                logger.LogError("No journal segment can be made in {Folder}: {Reason}. Calls are refused when the present one is full. Free disk space or repair the folder.", folder.Path, failure.Message);
            }
            return null;
        }
    }

    public void Dispose() => _roomMade.Dispose();

    /// <summary>Waits until another attempt makes sense.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _roomMade.WaitAsync(RetryEvery, cancellationToken);
}
