using Sluice.Contracts.Management;
using Sluice.Server.Audit;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.AuditLog;

internal static class VerifyAuditLog
{
    public static readonly Operation Operation = new()
    {
        Name = "verifyAuditLog",
        Method = "POST",
        Path = "/audit/verify",
        Permission = Permissions.AuditRead,
        Summary = "Check the whole audit log",
        Description = "Reads every entry and holds it against the one before it, and the whole against the checkpoints that are kept outside the database. "
            + "Answers 200 in either case: `holds` says whether it does, `firstBadSeq` where not.",
        Answer = typeof(AuditVerificationAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var report = await call.Tools.AuditVerification.OfAsync(call.Caller.OrganisationId, call.CancellationToken);
        var (chain, checkpoints) = (report.Chain, report.Checkpoints);
        return new Answer(new AuditVerificationAnswer
        {
            Holds = report.Holds,
            Entries = chain.Entries,
            HeadHash = chain.Head.IsEmpty ? null : Convert.ToHexStringLower(chain.Head.Span),
            FirstBadSeq = chain.FirstBadSeq,
            Defect = chain.Defect?.ToString().ToLowerInvariant(),
            Problem = chain.Problem,
            Checkpoints = new AuditCheckpointsAnswer
            {
                Compared = checkpoints.Compared,
                NewestAt = checkpoints.Last?.At,
                NewestSeq = checkpoints.Last?.Seq,
                Problem = checkpoints.Unreadable ?? (checkpoints.FirstBadLine is null ? null : "The file of checkpoints is not as it was written; the operator must compare it with its copy."),
            },
            CheckedAt = call.Now,
        });
    }
}
