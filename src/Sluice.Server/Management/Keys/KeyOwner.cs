using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

/// <summary>The person that a key belongs to, as they stand in the organisation now.</summary>
/// <param name="Name">What people call them; <see langword="null"/> for somebody who is no longer a member.</param>
internal sealed record KeyOwner(string AccountId, string? Name, bool IsMember, bool IsSuspended, Rights Rights)
{
    /// <summary>What roles let them call in a project, as far as they stand well.</summary>
    public IEnumerable<Permission> CallsIn(string projectId) => !IsMember || IsSuspended ? [] :
        Rights.For(Permissions.ApiCall).Where(g => g.Projects is not { } some || some.Contains(projectId)).Select(static g => g.Permission);

    /// <summary>Whether any role of theirs reaches the project.</summary>
    public bool HasStandingIn(string projectId) => IsMember && !IsSuspended && Rights.Granted.Any(g => g.Projects is not { } some || some.Contains(projectId));

    /// <summary>Several people at once; those who never were members have no name and no rights.</summary>
    public static async Task<IReadOnlyDictionary<string, KeyOwner>> ReadAsync(OperationCall call, IEnumerable<string?> accountIds)
    {
        var ids = accountIds.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (ids.Count == 0)
            return new Dictionary<string, KeyOwner>();
        var people = await call.Data.People.AsNoTracking().Where(a => ids.Contains(a.Id)).Select(a => new { a.Id, a.Name, a.SuspendedAtMs }).ToListAsync(call.CancellationToken);
        var assignments = await call.Data.Assignments.AsNoTracking().Where(a => ids.Contains(a.AccountId)).ToListAsync(call.CancellationToken);
        var roleIds = assignments.Select(a => a.RoleId).Where(id => BuiltInRoles.Find(id) is null).Distinct().ToList();
        var roles = roleIds.Count == 0 ? [] : await call.Data.Roles.AsNoTracking().Where(r => roleIds.Contains(r.Id)).ToListAsync(call.CancellationToken);
        var own = roles.ToDictionary(r => r.Id, RightsReader.Of, StringComparer.Ordinal);
        return ids.ToDictionary(id => id, id =>
        {
            var person = people.Find(p => p.Id == id);
            var granted =
                from assignment in assignments
                where assignment.AccountId == id
                let role = BuiltInRoles.Find(assignment.RoleId) ?? own.GetValueOrDefault(assignment.RoleId)
                where role is not null
                from permission in role.Permissions
                select new GrantedPermission(permission, assignment.ProjectId, role.Id, role.Name, assignment.Id);
            return new KeyOwner(id, person?.Name, person is not null, person?.SuspendedAtMs is not null, person is null ? Rights.None : new Rights([.. granted]));
        }, StringComparer.Ordinal);
    }

    public static async Task<KeyOwner?> ReadAsync(OperationCall call, string? accountId) =>
        accountId is null ? null : (await ReadAsync(call, [accountId]))[accountId];
}
