namespace Sluice.Server.Audit;

/// <summary>What a check of one organisation's audit log found.</summary>
/// <param name="Chain">The chain in the database, with what the checkpoints say of it.</param>
/// <param name="Checkpoints">The checkpoints themselves.</param>
internal sealed record AuditReport(string OrganisationId, AuditVerdict Chain, CheckpointVerdict Checkpoints)
{
    public bool Holds => Chain.FirstBadSeq is null && Checkpoints.Holds;
}

/// <summary>What the file of checkpoints was good for.</summary>
/// <param name="Compared">Checkpoints of the organisation that the chain was held against.</param>
/// <param name="Last">The newest of them.</param>
/// <param name="FirstBadLine">The first line of the file, whosever it is, that is not as it was written.</param>
/// <param name="Unreadable">Why there was nothing to compare with, in a sentence; <see langword="null"/> where there was.</param>
internal sealed record CheckpointVerdict(long Compared, Checkpoint? Last, long? FirstBadLine, string? Unreadable)
{
    public bool Holds => FirstBadLine is null;
}
