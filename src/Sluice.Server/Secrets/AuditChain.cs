using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;

namespace Sluice.Server.Secrets;

/// <summary>What <see cref="AuditChain.VerifyAsync"/> found.</summary>
/// <param name="Entries">How many entries hold, from the first on.</param>
/// <param name="FirstBadSeq">The first sequence number that is missing or does not fit, or <see langword="null"/> if all hold.</param>
/// <param name="Problem">What is wrong there.</param>
/// <param name="Head">Hash of the last entry that holds: kept elsewhere together with <paramref name="Entries"/>, it shows a cut tail.</param>
public sealed record AuditVerdict(long Entries, long? FirstBadSeq, string? Problem, ReadOnlyMemory<byte> Head);

/// <summary>
/// Writes and checks the audit log: each organisation's entries are numbered without gaps, and each carries an HMAC over its own members
/// and the hash before it, under a key that the database does not hold.
/// </summary>
public sealed class AuditChain(KeyMaterial material, TimeProvider time)
{
    /// <summary>Adds an entry to the caller's transaction: it is written by the caller's next save, or not at all.</summary>
    /// <param name="db">With a transaction begun. Concurrent writers of one organisation wait here until it ends.</param>
    /// <param name="detail">JSON object of what changed; never a secret or a hash.</param>
    /// <exception cref="InvalidOperationException">No transaction was begun.</exception>
    public async Task<AuditEntryRow> AppendAsync(SluiceDb db, string organisationId, string actorId, string action, string subjectId, string detail, CancellationToken cancellationToken)
    {
        if (db.Database.CurrentTransaction is null) throw new InvalidOperationException("An audit entry is written in the transaction of the act itself: begin one first.");
        // SQLite has one writer anyway. The lock goes by the organisation's id, not its row, which this transaction may be about to make.
        if (db.Database.IsNpgsql())
            await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({organisationId}, 5080))", cancellationToken).ConfigureAwait(false);
        var last = db.AuditEntries.Local.Where(e => e.OrganisationId == organisationId).MaxBy(e => e.Seq)
            ?? await db.AuditEntries.AsNoTracking().Where(e => e.OrganisationId == organisationId)
                .OrderByDescending(e => e.Seq).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        var entry = Following(last, organisationId, actorId, action, subjectId, detail);
        db.AuditEntries.Add(entry);
        return entry;
    }

    /// <summary>The entry that comes after <paramref name="last"/>, hashed and ready to be written by whoever holds the organisation's place in line.</summary>
    internal AuditEntryRow Following(AuditEntryRow? last, string organisationId, string actorId, string action, string subjectId, string detail)
    {
        var entry = new AuditEntryRow
        {
            OrganisationId = organisationId,
            Seq = (last?.Seq ?? 0) + 1,
            AtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
            ActorId = actorId,
            Action = action,
            SubjectId = subjectId,
            Detail = detail,
            PreviousHash = last?.Hash ?? [],
            Hash = [],
        };
        entry.Hash = Hash(entry, entry.PreviousHash);
        return entry;
    }

    /// <summary>Checks an organisation's whole chain, reading it entry by entry.</summary>
    public async Task<AuditVerdict> VerifyAsync(SluiceDb db, string organisationId, CancellationToken cancellationToken)
    {
        byte[] previous = [];
        long seq = 0;
        var entries = db.AuditEntries.AsNoTracking().Where(e => e.OrganisationId == organisationId).OrderBy(e => e.Seq).AsAsyncEnumerable();
        await foreach (var entry in entries.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var problem = entry.Seq != seq + 1 ? "The entry is missing."
                : !CryptographicOperations.FixedTimeEquals(entry.PreviousHash, previous) ? "The entry does not follow the one before it."
                : !CryptographicOperations.FixedTimeEquals(entry.Hash, Hash(entry, previous)) ? "The entry was changed."
                : null;
            if (problem is not null) return new AuditVerdict(seq, seq + 1, problem, previous);
            previous = entry.Hash;
            seq = entry.Seq;
        }
        return new AuditVerdict(seq, null, null, previous);
    }

    private byte[] Hash(AuditEntryRow entry, byte[] previous)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write("sluice audit 1");
            writer.Write(previous.Length);
            writer.Write(previous);
            // Strings go with their length before them.
            writer.Write(entry.OrganisationId);
            writer.Write(entry.Seq);
            writer.Write(entry.AtMs);
            writer.Write(entry.ActorId);
            writer.Write(entry.Action);
            writer.Write(entry.SubjectId);
            writer.Write(entry.Detail);
        }
        return HMACSHA256.HashData(material.AuditKey, stream.ToArray());
    }
}
