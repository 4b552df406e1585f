using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Configuration;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.SingleSignOn;

/// <summary>
/// Makes a person a member of the provider's organisation, and their roles there what the claims say: worked out anew at every sign-in, so that what was taken away
/// at the provider is taken away here. Roles that were given here by hand are left alone, as are those from other providers.
/// </summary>
internal sealed class RolesFromClaims(ILogger<RolesFromClaims> log)
{
    public const string Source = "claims";

    /// <returns>Whether the person is a member of the provider's organisation.</returns>
    public async Task<bool> ApplyAsync(OperationCall call, OidcProviderSettings provider, AccountRow account, IReadOnlyList<string> values)
    {
        if (provider.OrganisationId is not { } organisation) return false;
        var db = call.Accounts.Context;
        if (!await db.Organisations.AnyAsync(o => o.Id == organisation, call.CancellationToken))
        {
            log.LogWarning("Sluice:Oidc provider {Provider} names the organisation {Organisation}, which does not exist: nobody becomes a member of it.", provider.Name, organisation);
            return false;
        }
        if (!await db.Members.AnyAsync(m => m.OrganisationId == organisation && m.AccountId == account.Id, call.CancellationToken))
        {
            db.Members.Add(new MemberRow { OrganisationId = organisation, AccountId = account.Id, JoinedAtMs = call.NowMs });
            call.AuditIn(organisation, "member.join", account.Id, ("method", By(provider)));
        }
        if (provider.RolesClaim is null) return true;

        var by = By(provider);
        var wanted = await WantedAsync(db, provider, organisation, values, call.CancellationToken);
        var existing = await db.Assignments.Where(a => a.OrganisationId == organisation && a.AccountId == account.Id && a.Source == Source && a.CreatedBy == by).ToListAsync(call.CancellationToken);
        var changed = false;
        foreach (var assignment in existing.Where(a => !wanted.Contains(a.RoleId)))
        {
            if (assignment.RoleId == BuiltInRoles.OwnerId && await IsLastOwnerAsync(db, assignment, call.CancellationToken))
            {
                log.LogWarning("The claims of provider {Provider} no longer make {Account} an owner of {Organisation}, but nobody else is one: the role is kept until there is another owner.", provider.Name, account.Id, organisation);
                continue;
            }
            db.Assignments.Remove(assignment);
            call.AuditIn(organisation, "assignment.delete", assignment.Id, ("account", account.Id), ("role", assignment.RoleId), ("source", by));
            changed = true;
        }
        foreach (var role in wanted.Where(r => existing.All(a => a.RoleId != r)))
        {
            var assignment = new AssignmentRow
            {
                Id = ObjectId.New(ObjectId.Assignment, call.Now), OrganisationId = organisation, AccountId = account.Id, RoleId = role, Source = Source, CreatedAtMs = call.NowMs, CreatedBy = by,
            };
            db.Assignments.Add(assignment);
            call.AuditIn(organisation, "assignment.create", assignment.Id, ("account", account.Id), ("role", role), ("source", by));
            changed = true;
        }
        // Keys of this person may do less or more from now on.
        if (changed) call.OwnerChanged(account.Id);
        return true;
    }

    public static string By(OidcProviderSettings provider) => "oidc:" + provider.Name;

    private async Task<HashSet<string>> WantedAsync(SluiceDb db, OidcProviderSettings provider, string organisation, IReadOnlyList<string> values, CancellationToken cancellationToken)
    {
        var wanted = provider.RoleMap.Where(m => values.Contains(m.Value, StringComparer.Ordinal)).Select(m => m.RoleId).ToHashSet(StringComparer.Ordinal);
        foreach (var custom in wanted.Where(r => BuiltInRoles.Find(r) is null).ToList())
        {
            if (await db.Roles.AnyAsync(r => r.Id == custom && r.OrganisationId == organisation, cancellationToken)) continue;
            log.LogWarning("Sluice:Oidc provider {Provider} maps a claim to the role {Role}, which {Organisation} does not have: it is not given.", provider.Name, custom, organisation);
            wanted.Remove(custom);
        }
        return wanted;
    }

    private static async Task<bool> IsLastOwnerAsync(SluiceDb db, AssignmentRow assignment, CancellationToken cancellationToken)
    {
        await Owners.LockAsync(db, assignment.OrganisationId, cancellationToken);
        return !await Owners.WithoutAsync(db, assignment.OrganisationId, assignment.Id, cancellationToken);
    }
}
