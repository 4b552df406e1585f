using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Sluice.Server.Secrets;

namespace Sluice.Server.Audit;

/// <summary>Checks whole audit logs: the chain in the database, and against it the checkpoints that were kept outside.</summary>
/// <param name="open">Opens a connection to the control plane's database.</param>
/// <param name="chain">Knows what an entry's hash must be.</param>
/// <param name="log">Told of what does not hold.</param>
/// <param name="checkpoints"><see langword="null"/> where none are kept.</param>
internal sealed partial class AuditVerification(Func<CancellationToken, ValueTask<DbConnection>> open, AuditChain chain, ILogger<AuditVerification> log, CheckpointFile? checkpoints)
{
    /// <summary>One organisation's log.</summary>
    public async Task<AuditReport> OfAsync(string organisationId, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var (comparisons, badLine, unreadable) = await ComparisonsAsync(connection, organisationId, cancellationToken).ConfigureAwait(false);
        return await ReportAsync(connection, organisationId, comparisons.GetValueOrDefault(organisationId), badLine, unreadable, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The logs of all organisations that there are, that entries name, or that checkpoints know.</summary>
    public async IAsyncEnumerable<AuditReport> OfAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var (comparisons, badLine, unreadable) = await ComparisonsAsync(connection, null, cancellationToken).ConfigureAwait(false);
        var organisations = await AuditEntries.OrganisationsAsync(connection, cancellationToken).ConfigureAwait(false);
        foreach (var organisationId in organisations.Union(comparisons.Keys).Order(StringComparer.Ordinal))
            yield return await ReportAsync(connection, organisationId, comparisons.GetValueOrDefault(organisationId), badLine, unreadable, cancellationToken).ConfigureAwait(false);
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        // SQLite works on the calling thread.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return await open(cancellationToken).ConfigureAwait(false);
    }

    private async Task<AuditReport> ReportAsync(DbConnection connection, string organisationId, CheckpointComparison? comparison, long? badLine, string? unreadable, CancellationToken cancellationToken)
    {
        var verdict = await new ChainCheck(chain).RunAsync(organisationId, AuditEntries.Of(connection, organisationId), cancellationToken).ConfigureAwait(false);
        if (comparison is not null && await comparison.CutAsync(connection, cancellationToken).ConfigureAwait(false) is { } cut && (verdict.FirstBadSeq is null || cut.Seq < verdict.FirstBadSeq))
            verdict = verdict with { Entries = Math.Min(verdict.Entries, cut.Seq - 1), FirstBadSeq = cut.Seq, Defect = AuditDefect.Cut, Problem = cut.Problem };
        if (verdict.FirstBadSeq is { } seq) LogBad(organisationId, seq.ToString(CultureInfo.InvariantCulture), verdict.Problem!);
        return new AuditReport(organisationId, verdict, new CheckpointVerdict(comparison?.Compared ?? 0, comparison?.Last, badLine, unreadable));
    }

    /// <summary>Reads the file once, holding each line against the database.</summary>
    private async Task<(Dictionary<string, CheckpointComparison> Comparisons, long? BadLine, string? Unreadable)> ComparisonsAsync(DbConnection connection, string? organisationId, CancellationToken cancellationToken)
    {
        var comparisons = new Dictionary<string, CheckpointComparison>(StringComparer.Ordinal);
        long? badLine = null;
        if (checkpoints is null) return (comparisons, null, "No checkpoints are kept.");
        if (!checkpoints.Exists) return (comparisons, null, "There is no file of checkpoints yet.");
        try
        {
            foreach (var line in checkpoints.Read())
            {
                if (line.Checkpoint is not { } checkpoint)
                {
                    badLine ??= line.Number;
                    continue;
                }
                if (organisationId is not null && checkpoint.OrganisationId != organisationId) continue;
                if (!comparisons.TryGetValue(checkpoint.OrganisationId, out var comparison))
                    comparisons[checkpoint.OrganisationId] = comparison = new CheckpointComparison(checkpoint.OrganisationId);
                await comparison.TakeAsync(connection, checkpoint, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (comparisons, badLine, "The file of checkpoints cannot be read.");
        }
        foreach (var comparison in comparisons.Values) await comparison.FlushAsync(connection, cancellationToken).ConfigureAwait(false);
        return (comparisons, badLine, null);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit log of {OrganisationId} does not hold at {Seq}: {Problem}")]
    private partial void LogBad(string organisationId, string seq, string problem);
}
