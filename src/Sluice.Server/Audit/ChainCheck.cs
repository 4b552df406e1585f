using System.Globalization;
using System.Security.Cryptography;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Audit;

/// <summary>
/// Walks an organisation's chain from its first entry and stops at the first place that does not hold. What has happened there is told from
/// the entries behind it: whether the one that belongs there is still to be found, and whether the one that stands there belongs elsewhere.
/// </summary>
/// <param name="chain">Knows what an entry's hash must be.</param>
/// <param name="beyondMax">An entry that was moved is looked for under so many numbers beyond the last one there is.</param>
internal sealed class ChainCheck(AuditChain chain, int beyondMax = 10_000)
{
    // And under so many in all: a few seconds at most.
    private const int TriedMax = 1_000_000;

    /// <param name="organisationId">Whose chain it must be.</param>
    /// <param name="entriesAfter">Gives the entries behind a number, in order; may be asked several times.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task<AuditVerdict> RunAsync(string organisationId, Func<long, IAsyncEnumerable<AuditEntryRow>> entriesAfter, CancellationToken cancellationToken)
    {
        byte[] previous = [];
        long seq = 0;
        AuditEntryRow? bad = null;
        await foreach (var entry in entriesAfter(long.MinValue).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (entry.Seq != seq + 1 || !Equal(entry.PreviousHash, previous) || !Belongs(entry, organisationId, entry.Seq, previous))
            {
                // Explained below: a connection reads one thing at a time.
                bad = entry;
                break;
            }
            previous = entry.Hash;
            seq = entry.Seq;
        }
        if (bad is null) return new AuditVerdict(seq, null, null, null, previous);
        if (bad.Seq <= seq)
            return Bad(bad.Seq, AuditDefect.Inserted, $"There is an entry {Number(bad.Seq)} that Sluice did not write: numbers begin with 1 and none is given twice.");
        if (bad.Seq > seq + 1)
            return Bad(seq + 1, AuditDefect.Removed, $"Entry {Number(seq + 1)} is missing; the next one there is has number {Number(bad.Seq)}.");
        var (defect, problem) = await ExplainAsync(organisationId, bad, previous, entriesAfter, cancellationToken).ConfigureAwait(false);
        return Bad(bad.Seq, defect, problem);

        AuditVerdict Bad(long at, AuditDefect defect, string problem) => new(seq, at, defect, problem, previous);
    }

    private async Task<(AuditDefect Defect, string Problem)> ExplainAsync(string organisationId, AuditEntryRow bad, byte[] previous, Func<long, IAsyncEnumerable<AuditEntryRow>> entriesAfter, CancellationToken cancellationToken)
    {
        var place = bad.Seq;
        var at = Number(place);
        if (Belongs(bad, organisationId, place, previous))
            return (AuditDefect.Changed, $"Entry {at} no longer carries the hash of the entry before it.");
        var (belonging, last) = await BelongingAsync(organisationId, place, previous, entriesAfter, cancellationToken).ConfigureAwait(false);
        var own = OwnPlace(organisationId, bad, last);
        if (belonging is { } elsewhere)
        {
            return own > place
                ? (AuditDefect.Reordered, $"At {at} stands entry {Number(own.Value)}, and entry {at} stands at {Number(elsewhere)}.")
                : (AuditDefect.Inserted, $"At {at} stands an entry that does not belong there; the one that does was pushed back to {Number(elsewhere)}.");
        }
        if (own == place)
            return (AuditDefect.Replaced, $"Entry {at} was written by Sluice, but behind another entry than the one that stands before it.");
        if (own > place && !await StandsAtAsync(organisationId, own.Value, entriesAfter, cancellationToken).ConfigureAwait(false))
            return (AuditDefect.Removed, $"Entry {at} is missing, and those behind it were numbered anew: at {at} stands what was entry {Number(own.Value)}.");
        return (AuditDefect.Changed, own is { } original
            ? $"Entry {at} was overwritten with a copy of entry {Number(original)}."
            : $"Entry {at} was changed, or was not written by Sluice.");
    }

    /// <summary>Where the entry stands that belongs behind <paramref name="previous"/>, and the last number there is.</summary>
    private async Task<(long? Place, long Last)> BelongingAsync(string organisationId, long place, byte[] previous, Func<long, IAsyncEnumerable<AuditEntryRow>> entriesAfter, CancellationToken cancellationToken)
    {
        long? found = null;
        var last = place;
        await foreach (var entry in entriesAfter(place).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (found is null && Belongs(entry, organisationId, place, previous)) found = entry.Seq;
            last = entry.Seq;
        }
        return (found, last);
    }

    /// <summary>The number that an entry was written under, or <see langword="null"/> for one that Sluice did not write, or not like this.</summary>
    private long? OwnPlace(string organisationId, AuditEntryRow entry, long last)
    {
        if (Belongs(entry, organisationId, entry.Seq, entry.PreviousHash)) return entry.Seq;
        // Most are found near where they stand.
        var tried = 0;
        for (long away = 1; tried < TriedMax && (entry.Seq - away >= 1 || entry.Seq + away <= last + beyondMax); away++)
        {
            foreach (var seq in (ReadOnlySpan<long>)[entry.Seq + away, entry.Seq - away])
            {
                if (seq < 1 || seq > last + beyondMax) continue;
                tried++;
                if (Belongs(entry, organisationId, seq, entry.PreviousHash)) return seq;
            }
        }
        return null;
    }

    private async Task<bool> StandsAtAsync(string organisationId, long place, Func<long, IAsyncEnumerable<AuditEntryRow>> entriesAfter, CancellationToken cancellationToken)
    {
        await foreach (var entry in entriesAfter(place - 1).WithCancellation(cancellationToken).ConfigureAwait(false))
            return entry.Seq == place && Belongs(entry, organisationId, place, entry.PreviousHash);
        return false;
    }

    private bool Belongs(AuditEntryRow entry, string organisationId, long seq, byte[] previous) => Equal(entry.Hash, chain.Hash(entry, organisationId, seq, previous));

    private static bool Equal(byte[] left, byte[] right) => CryptographicOperations.FixedTimeEquals(left, right);

    private static string Number(long seq) => seq.ToString(CultureInfo.InvariantCulture);
}
