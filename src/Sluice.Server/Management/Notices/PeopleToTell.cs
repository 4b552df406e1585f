using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Notices;

/// <summary>Somebody who is to be told something.</summary>
/// <param name="Email">Where mail reaches them; <see langword="null"/> if they never proved that it does.</param>
/// <param name="Language"><c>en</c> or <c>zh-CN</c>.</param>
internal sealed record PersonToTell(string AccountId, string? Email, string Language);

/// <summary>Finds the people whom something concerns. Those who are suspended are not told anything.</summary>
internal static class PeopleToTell
{
    /// <summary>Most people of one organisation that are told one thing.</summary>
    private const int PeopleMax = 50;

    /// <summary>The members of an organisation who may do something: in the organisation, or in one project of it.</summary>
    public static async Task<IReadOnlyList<PersonToTell>> WithAsync(SluiceDb db, string organisationId, string action, string? projectId, CancellationToken cancellationToken)
    {
        var roles = (await db.Roles.AsNoTracking().Where(r => r.OrganisationId == organisationId).ToListAsync(cancellationToken)).ToDictionary(r => r.Id, RightsReader.Of, StringComparer.Ordinal);
        var assignments = await db.Assignments.AsNoTracking().Where(a => a.OrganisationId == organisationId).OrderBy(a => a.Id).ToListAsync(cancellationToken);
        var ids = assignments.GroupBy(static a => a.AccountId, StringComparer.Ordinal)
            .Where(person =>
            {
                var rights = new Rights(
                [
                    .. from assignment in person
                       let role = BuiltInRoles.Find(assignment.RoleId) ?? roles.GetValueOrDefault(assignment.RoleId)
                       where role is not null
                       from permission in role.Permissions
                       select new GrantedPermission(permission, assignment.ProjectId, role.Id, role.Name, assignment.Id),
                ]);
                return projectId is null ? rights.Allows(action) : rights.AllowsIn(action, projectId);
            })
            .Select(static person => person.Key).Take(PeopleMax).ToList();
        return await OfAsync(db, ids, cancellationToken);
    }

    /// <summary>The operator's people who may do something.</summary>
    public static async Task<IReadOnlyList<PersonToTell>> OperatorsAsync(SluiceDb db, string action, CancellationToken cancellationToken)
    {
        var operators = await db.Organisations.OrderBy(o => o.CreatedAtMs).ThenBy(o => o.Id).Select(o => o.Id).FirstAsync(cancellationToken);
        return await WithAsync(db, operators, action, null, cancellationToken);
    }

    /// <summary>People by their ids; ids of tokens stand for nobody.</summary>
    public static async Task<IReadOnlyList<PersonToTell>> OfAsync(SluiceDb db, IEnumerable<string?> accountIds, CancellationToken cancellationToken)
    {
        var ids = accountIds.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return await db.Accounts.AsNoTracking().Where(a => ids.Contains(a.Id) && a.SuspendedAtMs == null).OrderBy(a => a.Id)
            .Select(a => new PersonToTell(a.Id, a.EmailConfirmed ? a.Email : null, a.Language)).ToListAsync(cancellationToken);
    }
}
