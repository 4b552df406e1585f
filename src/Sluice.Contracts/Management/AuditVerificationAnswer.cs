namespace Sluice.Contracts.Management;

/// <summary>What a check of the organisation's whole audit log found.</summary>
public sealed record AuditVerificationAnswer
{
    /// <summary>Whether every entry holds, the checkpoints agree with it, and these are as they were written.</summary>
    public required bool Holds { get; init; }

    /// <summary>Entries that hold, from the first on.</summary>
    public required long Entries { get; init; }

    /// <summary>Hash of the last entry that holds in the database, lower-case hexadecimal; <see langword="null"/> where there is none.</summary>
    public required string? HeadHash { get; init; }

    /// <summary>The first sequence number that is missing or does not fit; <see langword="null"/> if all hold.</summary>
    public required long? FirstBadSeq { get; init; }

    /// <summary>What has happened there: one of <see cref="AuditDefects"/>.</summary>
    public required string? Defect { get; init; }

    /// <summary>The same in a sentence.</summary>
    public required string? Problem { get; init; }

    /// <summary>What the checkpoints were good for.</summary>
    public required AuditCheckpointsAnswer Checkpoints { get; init; }

    /// <summary>When it was checked.</summary>
    public required DateTimeOffset CheckedAt { get; init; }
}

/// <summary>The checkpoints that are kept outside the database, as far as they are of this organisation.</summary>
public sealed record AuditCheckpointsAnswer
{
    /// <summary>How many were compared with the log.</summary>
    public required long Compared { get; init; }

    /// <summary>When the newest was written; <see langword="null"/> where there is none.</summary>
    public required DateTimeOffset? NewestAt { get; init; }

    /// <summary>The entry that the newest knows.</summary>
    public required long? NewestSeq { get; init; }

    /// <summary>What is wrong with the checkpoints themselves, in a sentence; <see langword="null"/> if nothing is.</summary>
    public required string? Problem { get; init; }
}

/// <summary>What can have happened to an audit log.</summary>
public static class AuditDefects
{
    /// <summary>An entry is not what was written.</summary>
    public const string Changed = "changed";

    /// <summary>An entry is gone.</summary>
    public const string Removed = "removed";

    /// <summary>An entry was put in.</summary>
    public const string Inserted = "inserted";

    /// <summary>Entries stand in another order.</summary>
    public const string Reordered = "reordered";

    /// <summary>An entry stands behind one that it did not follow.</summary>
    public const string Replaced = "replaced";

    /// <summary>Newest entries that a checkpoint knows are gone.</summary>
    public const string Cut = "cut";
}
