using Sluice.Contracts.Management;
using Sluice.Server.Authorization;

namespace Sluice.Server.Management.Explain;

internal static class AccessView
{
    public static GrantAnswer Of(GrantedPermission grant) => new()
    {
        RoleId = grant.RoleId,
        RoleName = grant.RoleName,
        AssignmentId = grant.AssignmentId.Length == 0 ? null : grant.AssignmentId,
        ProjectId = grant.ProjectId,
        Permission = grant.Permission,
    };
}
