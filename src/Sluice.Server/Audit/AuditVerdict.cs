namespace Sluice.Server.Audit;

/// <summary>What has happened to a chain at its first bad place.</summary>
public enum AuditDefect
{
    /// <summary>A member of an entry is not what was written, or the whole entry is not.</summary>
    Changed,

    /// <summary>An entry is gone, whether or not those behind it were numbered anew.</summary>
    Removed,

    /// <summary>An entry was put in that Sluice did not write there.</summary>
    Inserted,

    /// <summary>Entries that Sluice wrote stand in another order.</summary>
    Reordered,

    /// <summary>An entry that Sluice wrote stands behind one that it did not follow: parts of two histories of the same chain were put together.</summary>
    Replaced,

    /// <summary>The newest entries that a checkpoint knows are gone, whether or not others have been written since.</summary>
    Cut,
}

/// <summary>What a check found.</summary>
/// <param name="Entries">How many entries hold, from the first on.</param>
/// <param name="FirstBadSeq">The first sequence number that is missing or does not fit, or <see langword="null"/> if all hold.</param>
/// <param name="Defect">What has happened there.</param>
/// <param name="Problem">The same in a sentence.</param>
/// <param name="Head">Hash of the last entry that holds.</param>
public sealed record AuditVerdict(long Entries, long? FirstBadSeq, AuditDefect? Defect, string? Problem, ReadOnlyMemory<byte> Head);
