using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Secrets;

namespace Sluice.Server.Management.Keys;

/// <summary>Says whether the calls of a production key must be signed, and with what.</summary>
internal static class SignKey
{
    public static readonly Operation Require = new()
    {
        Name = "requireSigning",
        Method = "POST",
        Path = "/keys/{id}/signing",
        Permission = Permissions.KeysWrite,
        Summary = "Require signed calls, with a new signing secret",
        Description = "The answer carries the secret as `signingSecret`, this once. From now on calls with the key must be signed with it; one that was made before is of no use any more. Production keys only.",
        Answer = typeof(KeyAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RequireAsync,
    };

    public static readonly Operation Lift = new()
    {
        Name = "liftSigning",
        Method = "DELETE",
        Path = "/keys/{id}/signing",
        Permission = Permissions.KeysWrite,
        Summary = "No longer require signed calls",
        Description = "Doing it again changes nothing.",
        Answer = typeof(KeyAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = LiftAsync,
    };

    private static async ValueTask<Outcome> RequireAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var key = await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken);
        if (key is null)
            return Outcome.NotFound;
        if (key.RevokedAtMs is not null)
            return UpdateKey.RevokedKey;
        if (key.Kind is not KeyKinds.Production)
            return new Refusal(ErrorCodes.Conflict, "It is a test key; only the calls of production keys are signed.");
        var parts = await KeyParts.OfAsync(call, key);
        if (KeyOwnership.RefuseHolding(call, key, parts.Owner) is { } notTheirs)
            return notTheirs;

        var secret = SigningSecret.New();
        var replaces = key.SealedSigningSecret is not null;
        key.SealedSigningSecret = SigningSecret.Seal(call.Tools.Sealer, key.Id, secret);
        key.UpdatedAtMs = call.Touch(key.UpdatedAtMs);
        call.Audit("key.signing.require", key.Id, ("replaces", replaces));
        call.KeyChanged(key.Id);
        return new Answer(KeyView.Of(key, parts, call.NowMs, signing: secret), Version: key.UpdatedAtMs);
    }

    private static async ValueTask<Outcome> LiftAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var key = await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken);
        if (key is null)
            return Outcome.NotFound;
        if (key.RevokedAtMs is not null)
            return UpdateKey.RevokedKey;
        if (key.SealedSigningSecret is null)
            return call.AsItWas(await KeyView.OfAsync(call, key, withUsage: false));

        key.SealedSigningSecret = null;
        key.UpdatedAtMs = call.Touch(key.UpdatedAtMs);
        call.Audit("key.signing.lift", key.Id);
        call.KeyChanged(key.Id);
        return new Answer(await KeyView.OfAsync(call, key, withUsage: false), Version: key.UpdatedAtMs);
    }
}
