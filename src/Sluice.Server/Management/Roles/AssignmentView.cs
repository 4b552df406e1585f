using Sluice.Contracts.Management;
using Sluice.Server.Management.Members;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Roles;

internal static class AssignmentView
{
    public static AssignmentAnswer Of(AssignmentRow row, IReadOnlyDictionary<string, string> names) => new()
    {
        Id = row.Id,
        AccountId = row.AccountId,
        RoleId = row.RoleId,
        RoleName = MemberView.RoleName(row.RoleId, names),
        ProjectId = row.ProjectId,
        Source = row.Source,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs),
        CreatedBy = row.CreatedBy,
    };
}
