using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>Makes a key, whichever operation asks for one: the same checks, defaults and audit entry.</summary>
internal static class NewKey
{
    /// <param name="fields">What the body says of it.</param>
    /// <param name="ownerId">Whose it shall be.</param>
    /// <param name="model">A key that what the body does not say is taken from, or <see langword="null"/>.</param>
    /// <param name="modelTags">The tags of that key.</param>
    public static async ValueTask<Outcome> MakeAsync(OperationCall call, string kind, string projectId, KeyFields fields, string? ownerId, bool requireSigning,
        KeyRow? model = null, IReadOnlyList<string>? modelTags = null)
    {
        if (kind is KeyKinds.Production && (await ProductionStanding.OfAsync(call)).Refuse() is { } unverified)
            return unverified;
        if (fields.RefusePriority(call) is { } priority)
            return priority;

        var row = KeyFields.Fresh(ObjectId.New(ObjectId.Key, call.Now), call.Caller.OrganisationId, projectId, kind, call.Now);
        var defaults = await TierLimits.DefaultsAsync(call, kind);
        foreach (var limit in LimitNames.All)
            LimitValues.Set(row, limit, defaults[limit]);
        if (model is not null)
            (row.ScopeRoutes, row.ScopeModels, row.AllowedNetworks, row.Priority) = (model.ScopeRoutes, model.ScopeModels, model.AllowedNetworks, model.Priority);
        fields.ApplyTo(row, defaults.CallsPerDay ?? KeyFields.TestCallsPerDay);
        row.OwnerId = ownerId;
        var owner = await KeyOwner.ReadAsync(call, ownerId);
        if (KeyOwnership.Refuse(call, row, owner) is { } notTheirs)
            return notTheirs;
        if (await TierLimits.CheckAsync(call, kind, LimitValues.Of(row)) is { } above)
            return above;
        if (!await call.Tools.KeyRoom.TakeAsync(row.OrganisationId, () => call.Data.Keys.Where(k => k.RevokedAtMs == null).Take(KeyRoom.KeysMax).CountAsync(call.CancellationToken)))
            return new Refusal(ErrorCodes.Conflict, $"The organisation has {KeyRoom.KeysMax} keys, which is the most there can be. Revoke some that are not used.");

        var secret = KeySecret.New(call.Tools.Hasher, row, call.NowMs, out var credential);
        PlainSecret? signing = null;
        if (requireSigning)
        {
            signing = SigningSecret.New();
            row.SealedSigningSecret = SigningSecret.Seal(call.Tools.Sealer, row.Id, signing);
        }

        var tags = (fields.Tags ?? modelTags ?? []).Order(StringComparer.Ordinal).ToList();
        call.Data.Add(row);
        call.Data.Add(credential);
        foreach (var tag in tags)
            call.Data.Add(new KeyTagRow { KeyId = row.Id, OrganisationId = row.OrganisationId, Tag = tag });
        call.Audit("key.create", row.Id, ("name", row.Name), ("kind", row.Kind), ("projectId", row.ProjectId), ("ownerId", row.OwnerId), ("expiresAtMs", row.ExpiresAtMs),
            ("allowedNetworks", row.AllowedNetworks), ("scope.routes", row.ScopeRoutes), ("scope.models", row.ScopeModels),
            ("limits.callsPerDay", row.CallsPerDay), ("limits.requestsPerMinute", row.RequestsPerMinute),
            ("limits.tokensPerMinute", row.TokensPerMinute), ("limits.concurrency", row.Concurrency), ("priority", row.Priority), ("tags", tags),
            ("requiresSigning", requireSigning), ("publicId", credential.PublicId));
        call.KeyChanged(row.Id);
        return new Answer(KeyView.Of(row, new KeyParts([credential], tags, owner, null), call.NowMs, secret: secret, signing: signing), OperationCall.Path("keys", row.Id));
    }

    /// <summary>Whose a new key shall be: whom the body names, else the person who calls.</summary>
    public static string? OwnerAsked(OperationCall call)
    {
        var ownerId = call.Body.Text("ownerId", 64);
        return call.Body.Has("ownerId") ? ownerId : call.Caller.AccountId;
    }
}
