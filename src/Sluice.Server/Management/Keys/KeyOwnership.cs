using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>Who may make a key whose, and who may have its secret in hand: nobody gets more by a key than they may do themselves.</summary>
internal static class KeyOwnership
{
    /// <summary>Whether the caller may make this person the owner of the key, or nobody.</summary>
    /// <param name="key">With project and scope as they shall be.</param>
    /// <param name="owner">As read for the id that was asked for, or <see langword="null"/> for a service key.</param>
    public static Refusal? Refuse(OperationCall call, KeyRow key, KeyOwner? owner)
    {
        if (owner is not null && !owner.HasStandingIn(key.ProjectId))
        {
            return Refusal.Of([new("ownerId", ErrorCodes.InvalidValue, owner switch
            {
                // A person of another organisation is as good as none.
                { IsMember: false } => "'ownerId' is not the id of a member of the organisation.",
                { IsSuspended: true } => "'ownerId' is a member whose account is suspended.",
                _ => "'ownerId' is a member without any role in the key's project.",
            })]);
        }

        if (owner is not null && owner.AccountId == call.Caller.AccountId)
            return null;
        if (!call.Caller.May(Permissions.MembersWrite))
            return Denied("ownerId", $"A key that is not the caller's own needs '{Permissions.MembersWrite}' besides '{Permissions.KeysWrite}'. {Remedy(call)}");
        if (owner is null && !CoversAll(call, key.ProjectId))
            return Denied("ownerId", $"A service key, which no person's rights narrow, needs '{Permissions.ApiCall}' for every route and model of the project. {Remedy(call)}");
        return RefuseHolding(call, key, owner);
    }

    /// <summary>Whether the caller may have the secret of this key: it must allow no more than the caller's own rights, or be the caller's.</summary>
    public static Refusal? RefuseHolding(OperationCall call, KeyRow key, KeyOwner? owner)
    {
        if (owner is not null && owner.AccountId == call.Caller.AccountId)
            return null;
        var (routes, models) = (TextList.Parse(key.ScopeRoutes), TextList.Parse(key.ScopeModels));
        if (Covers(call, key.ProjectId, routes, models))
            return null;
        if (owner is not null && KeyReach.Of(routes, models, owner.CallsIn(key.ProjectId)).All(part => Covers(call, key.ProjectId, part.Routes, part.Models)))
            return null;
        return new Refusal(ErrorCodes.PermissionDenied, $"The key may call more than the caller ('{Permissions.ApiCall}' in its project). Only its owner, or somebody who may do as much, can do this. {Remedy(call)}".TrimEnd());
    }

    private static bool Covers(OperationCall call, string projectId, IReadOnlyList<string> routes, IReadOnlyList<string> models) =>
        call.Caller.Rights.Covers(new Permission { Action = Permissions.ApiCall, Routes = routes, Models = models }, projectId);

    private static bool CoversAll(OperationCall call, string projectId) => Covers(call, projectId, [], []);

    private static string Remedy(OperationCall call) => call.Caller.Rights.Scopes is null ? "" : "The token's scopes do not include it.";

    private static Refusal Denied(string field, string message) => new(ErrorCodes.PermissionDenied, message.TrimEnd(), [new FieldRefusal(field, ErrorCodes.PermissionDenied, message.TrimEnd())]);
}
