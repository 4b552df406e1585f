using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Members;

/// <summary>Members as the API shows them.</summary>
internal static class MemberView
{
    public static async ValueTask<IReadOnlyList<MemberAnswer>> OfAsync(OperationCall call, IReadOnlyList<MemberRow> members)
    {
        var ids = members.Select(m => m.AccountId).ToList();
        var people = await call.Data.People.AsNoTracking().Where(p => ids.Contains(p.Id)).ToDictionaryAsync(p => p.Id, call.CancellationToken);
        var assignments = await call.Data.Assignments.AsNoTracking().Where(a => ids.Contains(a.AccountId)).OrderBy(a => a.Id).ToListAsync(call.CancellationToken);
        var names = await RoleNamesAsync(call);
        var keys = await call.Data.Keys.Where(k => k.RevokedAtMs == null && k.OwnerId != null && ids.Contains(k.OwnerId)).GroupBy(k => k.OwnerId!)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, call.CancellationToken);
        var seen = await call.Data.SessionsOfPeople.Where(s => ids.Contains(s.AccountId)).GroupBy(s => s.AccountId)
            .Select(g => new { g.Key, At = g.Max(s => s.LastSeenAtMs) }).ToDictionaryAsync(g => g.Key, g => g.At, call.CancellationToken);
        return
        [
            .. members.Select(m => new MemberAnswer
            {
                AccountId = m.AccountId,
                Name = people[m.AccountId].Name,
                Email = people[m.AccountId].Email!,
                EmailVerified = people[m.AccountId].EmailConfirmed,
                Suspended = people[m.AccountId].SuspendedAtMs is not null,
                JoinedAt = DateTimeOffset.FromUnixTimeMilliseconds(m.JoinedAtMs),
                Roles = [.. assignments.Where(a => a.AccountId == m.AccountId).Select(a => Held(a, names))],
                SecondFactor = people[m.AccountId].TwoFactorEnabled,
                LastSeenAt = seen.TryGetValue(m.AccountId, out var at) ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
                Keys = keys.GetValueOrDefault(m.AccountId),
            }),
        ];
    }

    /// <summary>Names of the organisation's own roles.</summary>
    public static Task<Dictionary<string, string>> RoleNamesAsync(OperationCall call) => call.Data.Roles.ToDictionaryAsync(r => r.Id, r => r.Name, call.CancellationToken);

    public static HeldRoleAnswer Held(AssignmentRow assignment, IReadOnlyDictionary<string, string> names) => new()
    {
        AssignmentId = assignment.Id,
        RoleId = assignment.RoleId,
        RoleName = RoleName(assignment.RoleId, names),
        ProjectId = assignment.ProjectId,
    };

    public static string RoleName(string roleId, IReadOnlyDictionary<string, string> names) => BuiltInRoles.Find(roleId)?.Name ?? names.GetValueOrDefault(roleId, roleId);
}
