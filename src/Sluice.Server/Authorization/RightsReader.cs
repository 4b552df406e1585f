using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Storage;

namespace Sluice.Server.Authorization;

/// <summary>Reads what a person may do in an organisation. Always from the database: a role taken away is gone on the next call.</summary>
internal static class RightsReader
{
    /// <summary>The rights of a member; <see langword="null"/> for somebody who is none.</summary>
    public static async Task<Rights?> OfMemberAsync(SluiceDb db, string organisationId, string accountId, CancellationToken cancellationToken)
    {
        var rows = await (
            from member in db.Members.AsNoTracking().Where(m => m.OrganisationId == organisationId && m.AccountId == accountId)
            from assignment in db.Assignments.Where(a => a.OrganisationId == organisationId && a.AccountId == accountId).DefaultIfEmpty()
            from role in db.Roles.Where(r => r.OrganisationId == organisationId && r.Id == assignment!.RoleId).DefaultIfEmpty()
            select new { Assignment = assignment, Role = role }).ToListAsync(cancellationToken);
        if (rows.Count == 0)
            return null;
        var granted = new List<GrantedPermission>();
        foreach (var row in rows)
        {
            if (row.Assignment is null)
                continue;
            var role = BuiltInRoles.Find(row.Assignment.RoleId) ?? (row.Role is null ? null : Of(row.Role));
            foreach (var permission in role?.Permissions ?? [])
                granted.Add(new GrantedPermission(permission, row.Assignment.ProjectId, role!.Id, role.Name, row.Assignment.Id));
        }

        return new Rights(granted);
    }

    /// <summary>The rights of whoever stands in a log or beside an object as having made it: a member, or a token. Nothing for who is gone.</summary>
    public static async Task<Rights> OfActorAsync(SluiceDb db, string organisationId, string actorId, long nowMs, CancellationToken cancellationToken)
    {
        var accountId = actorId;
        IReadOnlyList<string>? scopes = null;
        if (await db.ManagementTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Id == actorId && t.OrganisationId == organisationId && t.Purpose == "management", cancellationToken) is { } token)
        {
            if (token.RevokedAtMs is not null || token.ExpiresAtMs <= nowMs)
                return Rights.None;
            scopes = ParseScopes(token.Scopes);
            if (token.AccountId is null)
                return Rights.Everything.CutTo(scopes);
            accountId = token.AccountId;
        }

        var suspended = await db.Accounts.AnyAsync(a => a.Id == accountId && a.SuspendedAtMs != null, cancellationToken);
        return (suspended ? null : await OfMemberAsync(db, organisationId, accountId, cancellationToken))?.CutTo(scopes) ?? Rights.None;
    }

    /// <summary>What a token is cut down to, as its row has it.</summary>
    public static IReadOnlyList<string>? ParseScopes(string? json) => json is null ? null : JsonSerializer.Deserialize(json, ManagementJson.Default.IReadOnlyListString);

    public static Role Of(RoleRow row) => new(row.Id, row.Name, row.Description, Parse(row.Permissions));

    public static IReadOnlyList<Permission> Parse(string json) => JsonSerializer.Deserialize(json, ManagementJson.Default.IReadOnlyListPermission) ?? [];

    public static string Write(IReadOnlyList<Permission> permissions) => JsonSerializer.Serialize(permissions, ManagementJson.Default.IReadOnlyListPermission);
}
