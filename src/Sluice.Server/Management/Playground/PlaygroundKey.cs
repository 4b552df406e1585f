using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Playground;

/// <summary>Whose calls somebody may make from the console: those of their own keys, and those of others' where they may have the secret in hand.</summary>
internal static class PlaygroundKey
{
    /// <summary>A key that the caller knows of, as their own or by <c>keys.read</c> in its project; somebody else's is as good as none.</summary>
    public static async Task<KeyRow?> FindAsync(OperationCall call, string keyId) =>
        await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == keyId, call.CancellationToken) is { } key && (IsOwn(call, key) || Reaches(call, Permissions.KeysRead, key) || Reaches(call, Permissions.KeysWrite, key)) ? key : null;

    /// <summary>Why the caller may not call with the key from here, or <see langword="null"/>.</summary>
    public static async Task<Refusal?> RefuseAsync(OperationCall call, KeyRow key)
    {
        if (await RefuseCallerAsync(call, key) is { } notTheirs)
            return notTheirs;
        if (key.RevokedAtMs is not null)
            return UpdateKey.RevokedKey;
        if (KeyStatus.Of(key, call.NowMs) is var status && status != KeyStatuses.Active)
            return new Refusal(ErrorCodes.Conflict, status == KeyStatuses.Expired ? "The key has expired. Set 'expiresAt', or use another." : $"The key is switched off. Switch it on: POST /api/v1/keys/{key.Id}/enable.");
        return key.SealedSigningSecret is null
            ? null
            : new Refusal(ErrorCodes.Conflict, "The key's calls must be signed, which a browser cannot do without having the secret. Use a key that does not ask for it.");
    }

    /// <summary>The same, whatever state the key is in.</summary>
    public static async Task<Refusal?> RefuseCallerAsync(OperationCall call, KeyRow key)
    {
        if (IsOwn(call, key))
            return null;
        return Reaches(call, Permissions.KeysWrite, key)
            ? KeyOwnership.RefuseHolding(call, key, await KeyOwner.ReadAsync(call, key.OwnerId))
            : new Refusal(ErrorCodes.PermissionDenied, $"To call with a key that is not the caller's own it needs '{Permissions.KeysWrite}' in its project. Its owner can, or whoever manages roles in the organisation can give it.");
    }

    public static bool IsOwn(OperationCall call, KeyRow key) => key.OwnerId is not null && key.OwnerId == call.Caller.AccountId;

    private static bool Reaches(OperationCall call, string action, KeyRow key) => call.Caller.May(action) && call.Caller.Rights.AllowsIn(action, key.ProjectId);
}
