using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Playground;

namespace Sluice.Server.Management.Keys;

internal static class RotateKey
{
    private const long OverlapDefaultSeconds = 86_400;
    private const long OverlapMaxSeconds = 604_800;
    /// <summary>Secrets of one key that work at once. Every one is a way in.</summary>
    private const int WorkingMax = 10;
    /// <summary>Ended secrets that are remembered, so that their holders are told "expired" and not "unknown".</summary>
    private const int EndedMax = 10;

    public static readonly Operation Operation = new()
    {
        Name = "rotateKey",
        Method = "POST",
        Path = "/keys/{id}/rotate",
        Permission = Permissions.KeysWrite,
        Summary = "Give a key a new secret",
        Description = "The answer carries the new secret as `key`, this once. The old one goes on working for `overlapSeconds` (0–604800; default 86400, a day); with 0 it ends at once.",
        Body = typeof(RotateKeyBody),
        BodyOptional = true,
        BodyExample = """{"overlapSeconds":3600}""",
        Answer = typeof(KeyAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var key = await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken);
        if (key is null)
            return Outcome.NotFound;
        var overlap = call.Body.Whole("overlapSeconds", 0, OverlapMaxSeconds) ?? OverlapDefaultSeconds;
        if (call.Refused() is { } refusal)
            return refusal;
        if (key.RevokedAtMs is not null)
            return UpdateKey.RevokedKey;
        if (key.ExpiresAtMs <= call.NowMs)
            return new Refusal(ErrorCodes.Conflict, "The key has expired, so a new secret would not work. Set 'expiresAt' first.");

        var parts = await KeyParts.OfAsync(call, key);
        if (KeyOwnership.RefuseHolding(call, key, parts.Owner) is { } notTheirs)
            return notTheirs;
        var old = await call.Data.KeyCredentials.Where(c => c.KeyId == key.Id).ToListAsync(call.CancellationToken);
        var working = old.Where(c => c.ExpiresAtMs is null || c.ExpiresAtMs > call.NowMs).ToList();
        var ends = call.NowMs + (overlap * 1000);
        if (overlap > 0 && working.Count >= WorkingMax)
            return new Refusal(ErrorCodes.Conflict, $"The key has {working.Count} working secrets already. Wait for an overlap to end, or rotate with 'overlapSeconds': 0, which ends them all.");
        foreach (var credential in working)
        {
            // An overlap that was promised before is never lengthened; 0 ends every secret, as after a leak.
            if (credential.ExpiresAtMs is null || credential.ExpiresAtMs > ends)
                credential.ExpiresAtMs = ends;
        }

        foreach (var forgotten in old.Except(working).OrderByDescending(c => c.ExpiresAtMs).Skip(EndedMax))
            call.Data.Remove(forgotten);
        if (overlap == 0)
            await PlaygroundTokens.EndOfKeyAsync(call, key.Id);
        var secret = KeySecret.New(call.Tools.Hasher, key, call.NowMs, out var made);
        call.Data.Add(made);
        key.UpdatedAtMs = call.NowMs;
        call.Audit("key.rotate", key.Id, ("overlapSeconds", overlap), ("publicId", made.PublicId), ("oldPublicIds", working.Select(c => c.PublicId)));
        call.KeyChanged(key.Id);
        return new Answer(KeyView.Of(key, parts with { Credentials = [made, .. working] }, call.NowMs, secret: secret));
    }
}
