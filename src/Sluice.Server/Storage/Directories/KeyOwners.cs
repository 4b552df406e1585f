using System.Data.Common;
using System.Text.Json;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;

namespace Sluice.Server.Storage.Directories;

/// <summary>What the owners of keys may call, as their roles say at the moment of reading. Who is not among them is no member.</summary>
internal sealed class KeyOwners
{
    private static readonly IReadOnlyList<CallRight> Nothing = [];

    private readonly Dictionary<(string Organisation, string Account), Owner> _owners = [];
    private readonly Dictionary<string, IReadOnlyList<Permission>> _roles = new(StringComparer.Ordinal);
    // Of built-in roles and of one custom role, one right serves all.
    private readonly Dictionary<Permission, CallRight> _rights = new(ReferenceEqualityComparer.Instance);

    private sealed class Owner
    {
        public bool IsSuspended;
        public List<GrantedPermission> Granted { get; } = [];
        public Dictionary<string, IReadOnlyList<CallRight>?> ByProject { get; } = new(StringComparer.Ordinal);
    }

    public static async Task<KeyOwners> ReadAsync(DbConnection connection, KeySelection selection, ILogger log, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
#pragma warning disable CA2100 // Constants of KeySelection.
        command.CommandText = $"""
            select m.organisation_id, m.account_id, a.suspended_at_ms, s.role_id, s.project_id, r.permissions
            from {selection.OwnersFrom} join accounts a on a.id = m.account_id
              left join assignments s on s.organisation_id = m.organisation_id and s.account_id = m.account_id
              left join roles r on r.organisation_id = m.organisation_id and r.id = s.role_id
            where {selection.Owners}
            """;
#pragma warning restore CA2100
        if (selection.Id is { } id) command.Add("@id", id);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        var owners = new KeyOwners();
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) owners.Add(row, log);
        return owners;
    }

    /// <summary>What the key of an owner may do in a project: <see langword="null"/> for anything.</summary>
    public (IReadOnlyList<CallRight>? Rights, OwnerStanding Standing) Of(string organisationId, string accountId, string projectId)
    {
        if (!_owners.TryGetValue((organisationId, accountId), out var owner)) return (Nothing, OwnerStanding.Removed);
        if (owner.IsSuspended) return (Nothing, OwnerStanding.Suspended);
        if (!owner.ByProject.TryGetValue(projectId, out var rights)) owner.ByProject[projectId] = rights = Rights(owner, projectId);
        return (rights, OwnerStanding.Member);
    }

    private CallRight[]? Rights(Owner owner, string projectId)
    {
        var rights = new List<CallRight>();
        foreach (var grant in owner.Granted)
        {
            if (grant.Projects is { } some && !some.Contains(projectId)) continue;
            if (!_rights.TryGetValue(grant.Permission, out var right))
                _rights[grant.Permission] = right = new CallRight(grant.Permission.Routes ?? [], grant.Permission.Models ?? []);
            if (right.Routes.Count == 0 && right.Models.Count == 0) return null;
            if (!rights.Contains(right)) rights.Add(right);
        }

        return rights.ToArray();
    }

    private void Add(DbDataReader row, ILogger log)
    {
        var key = (row.GetString(0), row.GetString(1));
        if (!_owners.TryGetValue(key, out var owner)) _owners[key] = owner = new Owner { IsSuspended = !row.IsDBNull(2) };
        if (row.IsDBNull(3)) return;
        var roleId = row.GetString(3);
        var permissions = BuiltInRoles.Find(roleId)?.Permissions ?? (row.IsDBNull(5) ? [] : Parsed(row.GetString(5), roleId, log));
        foreach (var permission in permissions)
        {
            if (Permissions.Matches(permission.Action, Permissions.ApiCall))
                owner.Granted.Add(new GrantedPermission(permission, row.IsDBNull(4) ? null : row.GetString(4), roleId, "", ""));
        }
    }

    private IReadOnlyList<Permission> Parsed(string json, string roleId, ILogger log)
    {
        if (_roles.TryGetValue(json, out var permissions)) return permissions;
        try
        {
            permissions = RightsReader.Parse(json);
        }
        catch (JsonException e)
        {
            log.LogError("The role {RoleId} cannot be understood and allows nothing until it is corrected: {Problem}", roleId, e.Message);
            permissions = [];
        }

        return _roles[json] = permissions;
    }
}
