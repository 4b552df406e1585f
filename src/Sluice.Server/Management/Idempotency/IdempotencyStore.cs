using System.Buffers.Binary;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Secrets;
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
    private const int PieceBytes = 6_000;
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
        return Open(row.SealedBody, RecordId(key)) is { } body
            ? (new RenderedAnswer(row.Status, body, row.Location, Replayed: true), null)
            : (null, new Refusal(ErrorCodes.Conflict, "The call was carried out before, but its answer can no longer be opened. Look the object up instead."));
    }

    /// <summary>Remembers an answer; saved and committed with the write that it answers.</summary>
    public void Keep(SluiceDb db, IdempotencyKey key, RenderedAnswer answer, long nowMs) => db.IdempotencyKeys.Add(new IdempotencyRow
    {
        OrganisationId = key.OrganisationId,
        Key = key.Key,
        Fingerprint = key.Fingerprint,
        Status = answer.Status,
        Location = answer.Location,
        SealedBody = Seal(answer.Body, RecordId(key)),
        CreatedAtMs = nowMs,
    });

    // A box holds 8 KiB at most and an answer may be longer, so it goes into several, each bound to its place.
    private byte[] Seal(byte[] body, string recordId)
    {
        using var stream = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(int)];
        for (var (at, piece) = (0, 0); at < body.Length; at += PieceBytes, piece++)
        {
            var text = Convert.ToBase64String(body, at, Math.Min(PieceBytes, body.Length - at));
            var box = sealer.Seal(new PlainSecret(text), recordId, Field(piece), Origin);
            BinaryPrimitives.WriteInt32LittleEndian(length, box.Length);
            stream.Write(length);
            stream.Write(box);
        }

        return stream.ToArray();
    }

    private byte[]? Open(ReadOnlySpan<byte> boxes, string recordId)
    {
        using var stream = new MemoryStream();
        for (var piece = 0; boxes.Length > 0; piece++)
        {
            if (boxes.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(boxes) is var length && (length < 0 || length > boxes.Length - sizeof(int)))
                return null;
            if (!sealer.TryOpen(boxes.Slice(sizeof(int), length), recordId, Field(piece), Origin, out var text))
                return null;
            stream.Write(Convert.FromBase64String(text.Reveal()));
            boxes = boxes[(sizeof(int) + length)..];
        }

        return stream.ToArray();
    }

    private static string Field(int piece) => string.Create(CultureInfo.InvariantCulture, $"answer/{piece}");

    private static string RecordId(IdempotencyKey key) => $"{key.OrganisationId}/{key.Key}";
}
