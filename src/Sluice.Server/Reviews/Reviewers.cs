using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Reviews;

/// <summary>The people of an organisation who can sign in and may do something in all of it.</summary>
internal static class Reviewers
{
    /// <summary>Who may review.</summary>
    public static async Task<IQueryable<AccountRow>> OfAsync(OrganisationScope data, CancellationToken cancellationToken)
    {
        var custom = (await data.Roles.AsNoTracking().ToListAsync(cancellationToken)).Select(RightsReader.Of);
        string[] roles = [.. BuiltInRoles.All.Concat(custom).Where(static role => role.Permissions.Any(static p => Permissions.Matches(p.Action, Permissions.ReviewsWrite))).Select(static role => role.Id)];
        return Holding(data, roles);
    }

    public static IQueryable<AccountRow> Owners(OrganisationScope data) => Holding(data, [BuiltInRoles.OwnerId]);

    private static IQueryable<AccountRow> Holding(OrganisationScope data, string[] roles)
    {
        var holders = data.Assignments.Where(a => a.ProjectId == null && roles.Contains(a.RoleId)).Select(a => a.AccountId);
        return data.People.AsNoTracking().Where(p => p.SuspendedAtMs == null && holders.Contains(p.Id));
    }
}
