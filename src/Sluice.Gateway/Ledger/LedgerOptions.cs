namespace Sluice.Gateway.Ledger;

/// <summary>When a reservation counts as durable.</summary>
public enum LedgerDurability
{
    /// <summary>At once safe from a killed process; a power loss may take the last <see cref="LedgerOptions.FlushInterval"/>.</summary>
    Process,
    /// <summary>Safe from power loss before the call goes upstream: each reservation waits for the flush that covers it, many for one.</summary>
    Power,
}

/// <summary>How the journal is kept. Bound at start.</summary>
public sealed class LedgerOptions
{
    /// <summary>Folder of the journal's segments, made if missing, for this process alone.</summary>
    public required string Folder { get; set; }

    /// <summary>Size of one segment file, 64 KiB – 1 GiB.</summary>
    public int SegmentBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Most the journal may take on disk, at least three segments. When the database has been away for so long that it is reached, calls are refused with
    /// <c>ledger_unavailable</c> until it takes records again.
    /// </summary>
    public long JournalBytesMax { get; set; } = 8L * 1024 * 1024 * 1024;

    public LedgerDurability Durability { get; set; } = LedgerDurability.Process;

    /// <summary>Longest time that what was written waits for its flush to disk, 1 ms – 10 s; nothing wakes while nothing is written. Power durability flushes as soon as it can instead.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time that what was written waits for its way into the database, 1 ms – 1 min.</summary>
    public TimeSpan DrainInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>That many entries waiting are drained at once.</summary>
    internal int DrainEntries { get; set; } = 2000;

    /// <summary>Most entries that go into one transaction.</summary>
    internal int BatchEntriesMax { get; set; } = 4000;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        Check(!string.IsNullOrWhiteSpace(Folder), nameof(Folder), "must name a folder");
        Check(SegmentBytes is >= 64 * 1024 and <= 1 << 30, nameof(SegmentBytes), "must be 65536 to 1073741824");
        Check(JournalBytesMax >= 3L * SegmentBytes, nameof(JournalBytesMax), "must be at least three times SegmentBytes");
        Check(FlushInterval >= TimeSpan.FromMilliseconds(1) && FlushInterval <= TimeSpan.FromSeconds(10), nameof(FlushInterval), "must be 1 ms to 10 s");
        Check(DrainInterval >= TimeSpan.FromMilliseconds(1) && DrainInterval <= TimeSpan.FromMinutes(1), nameof(DrainInterval), "must be 1 ms to 1 min");

        static void Check(bool holds, string setting, string rule)
        {
            if (!holds) throw new ArgumentException($"The ledger setting {setting} {rule}.", setting);
        }
    }
}
