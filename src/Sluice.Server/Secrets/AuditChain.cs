using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Audit;
using Sluice.Server.Storage;

namespace Sluice.Server.Secrets;

/// <summary>
/// Writes the audit log: each organisation's entries are numbered without gaps, and each carries an HMAC over its own members
/// and the hash before it, under a key that the database does not hold. <see cref="ChainCheck"/> checks it.
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
        entry.Hash = Hash(entry, organisationId, entry.Seq, entry.PreviousHash);
        return entry;
    }

    /// <summary>Checks an organisation's whole chain, reading it entry by entry.</summary>
    public async Task<AuditVerdict> VerifyAsync(SluiceDb db, string organisationId, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await new ChainCheck(this).RunAsync(organisationId, AuditEntries.Of(db.Database.GetDbConnection(), organisationId), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the hash of an entry must be if it stands at this place in this organisation's chain, after an entry with this hash.</summary>
    internal byte[] Hash(AuditEntryRow entry, string organisationId, long seq, byte[] previous)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write("sluice audit 1");
            writer.Write(previous.Length);
            writer.Write(previous);
            // Strings go with their length before them.
            writer.Write(organisationId);
            writer.Write(seq);
            writer.Write(entry.AtMs);
            writer.Write(entry.ActorId);
            writer.Write(entry.Action);
            writer.Write(entry.SubjectId);
            writer.Write(entry.Detail);
        }
        return HMACSHA256.HashData(material.AuditKey, stream.ToArray());
    }
}
