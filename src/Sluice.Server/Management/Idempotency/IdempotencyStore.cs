using System.Text;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Idempotency;

/// <summary>
/// Remembers, in the transaction of the write itself, what a call with an Idempotency-Key was answered, and answers it again for 24 hours: same
/// status, same body, a new secret included (it is kept sealed). Refused calls have changed nothing and are not remembered.
/// </summary>
internal sealed class IdempotencyStore(SecretSealer sealer)
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Answers of one organisation that are kept at once.</summary>
    private const int KeptMax = 10_000;
    /// <summary>What the body is sealed for: it opens nowhere else.</summary>
    private static readonly Uri Origin = new("sluice://idempotency");

    /// <summary>The earlier outcome, or <see langword="null"/> if the call is new and may be carried out.</summary>
    public async ValueTask<(RenderedAnswer? Answer, Refusal? Refusal)?> FindAsync(SluiceDb db, IdempotencyKey key, long nowMs, CancellationToken cancellationToken)
    {
        var since = nowMs - (long)Kept.TotalMilliseconds;
        await db.IdempotencyKeys.Where(i => i.CreatedAtMs <= since).ExecuteDeleteAsync(cancellationToken);
        var row = await db.IdempotencyKeys.AsNoTracking().SingleOrDefaultAsync(i => i.OrganisationId == key.OrganisationId && i.Key == key.Key, cancellationToken);
        if (row is null)
        {
            return await db.IdempotencyKeys.CountAsync(i => i.OrganisationId == key.OrganisationId, cancellationToken) < KeptMax
                ? null
                : (null, new Refusal(ErrorCodes.RateLimitExceeded, $"{KeptMax} calls with an Idempotency-Key were made within 24 hours. Make this one without, or wait."));
        }

        if (!row.Fingerprint.AsSpan().SequenceEqual(key.Fingerprint))
            return (null, new Refusal(ErrorCodes.IdempotencyMismatch, "Send a new Idempotency-Key with every new request."));
        var body = sealer.Open(row.SealedBody, RecordId(key), Origin).Reveal();
        return (new RenderedAnswer(row.Status, Encoding.UTF8.GetBytes(body), row.Location, Replayed: true), null);
    }

    /// <summary>Remembers an answer; saved and committed with the write that it answers.</summary>
    public void Keep(SluiceDb db, IdempotencyKey key, RenderedAnswer answer, long nowMs) => db.IdempotencyKeys.Add(new IdempotencyRow
    {
        OrganisationId = key.OrganisationId,
        Key = key.Key,
        Fingerprint = key.Fingerprint,
        Status = answer.Status,
        Location = answer.Location,
        SealedBody = sealer.Seal(new PlainSecret(Encoding.UTF8.GetString(answer.Body)), RecordId(key), Origin),
        CreatedAtMs = nowMs,
    });

    private static string RecordId(IdempotencyKey key) => $"{key.OrganisationId}/{key.Key}";
}
