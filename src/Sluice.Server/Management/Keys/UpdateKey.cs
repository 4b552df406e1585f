using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Playground;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

internal static class UpdateKey
{
    public static readonly Operation Operation = new()
    {
        Name = "updateKey",
        Method = "PATCH",
        Path = "/keys/{id}",
        Permission = Permissions.KeysWrite,
        Summary = "Change a key",
        Description = "Members left out stay as they are. The kind of a key cannot change; to another project it is moved with `POST /keys/{id}/move`. "
            + "The change is in force on this node when the call returns.",
        Body = typeof(UpdateKeyBody),
        BodyExample = """{"name":"Website (EU)","limits":{"callsPerDay":1000},"tags":["website","eu"]}""",
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
        var fields = new KeyFields(call, key.Kind, isNew: false);
        var ownerId = call.Body.Text("ownerId", 64);
        var newOwner = call.Body.Has("ownerId") && ownerId != key.OwnerId;
        if (call.Refused() is { } refusal)
            return refusal;
        if (key.RevokedAtMs is not null)
            return RevokedKey;
        if (call.OtherVersion(key.UpdatedAtMs) is { } other)
            return other;
        if (fields.RefusePriority(call) is { } priority)
            return priority;

        var before = LimitValues.Of(key);
        var wasScope = (key.ScopeRoutes, key.ScopeModels);
        var testCallsPerDay = fields.SentLimits ? (await TierLimits.DefaultsAsync(call, KeyKinds.Test)).CallsPerDay ?? KeyFields.TestCallsPerDay : KeyFields.TestCallsPerDay;
        var changed = fields.ApplyTo(key, testCallsPerDay).ToList();
        if (await TierLimits.CheckAsync(call, key.Kind, LimitValues.Of(key), before) is { } above)
            return above;

        if (newOwner)
        {
            key.OwnerId = ownerId;
            changed.Add(("ownerId", ownerId));
        }

        var owner = await KeyOwner.ReadAsync(call, key.OwnerId);
        if (newOwner && KeyOwnership.Refuse(call, key, owner) is { } notTheirs)
            return notTheirs;
        if (wasScope != (key.ScopeRoutes, key.ScopeModels) && KeyOwnership.RefuseHolding(call, key, owner) is { } wider)
            return wider;
        var parts = await KeyParts.OfAsync(call, key) with { Owner = owner };
        if (fields.SentTags)
        {
            var tags = (fields.Tags ?? []).Order(StringComparer.Ordinal).ToList();
            if (await ReplaceTagsAsync(call, key, tags))
                changed.Add(("tags", tags));
            parts = parts with { Tags = tags };
        }

        if (newOwner || wasScope != (key.ScopeRoutes, key.ScopeModels))
            await PlaygroundTokens.EndOfKeyAsync(call, key.Id, exceptMadeBy: key.OwnerId);
        if (changed.Count == 0)
            return call.AsItWas(KeyView.Of(key, parts, call.NowMs));
        key.UpdatedAtMs = call.Touch(key.UpdatedAtMs);
        call.Audit("key.update", key.Id, [.. changed]);
        call.KeyChanged(key.Id);
        return new Answer(KeyView.Of(key, parts, call.NowMs), Version: key.UpdatedAtMs);
    }

    private static async ValueTask<bool> ReplaceTagsAsync(OperationCall call, KeyRow key, IReadOnlyList<string> tags)
    {
        var old = await call.Data.KeyTags.Where(t => t.KeyId == key.Id).ToListAsync(call.CancellationToken);
        foreach (var gone in old.Where(t => !tags.Contains(t.Tag)))
            call.Data.Remove(gone);
        foreach (var tag in tags.Where(tag => old.TrueForAll(t => t.Tag != tag)))
            call.Data.Add(new KeyTagRow { KeyId = key.Id, OrganisationId = key.OrganisationId, Tag = tag });
        return !old.Select(t => t.Tag).Order(StringComparer.Ordinal).SequenceEqual(tags);
    }

    /// <summary>The answer to every change of a revoked key.</summary>
    public static Refusal RevokedKey { get; } = new(ErrorCodes.Conflict, "The key was revoked, which is for good. Create a new one.");
}
