using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

/// <summary>
/// Lowers the keys of an organisation that has lost its tier to what the new one lets it give. What the operator's reviewers approved for good stays: it did
/// not come with the tier.
/// </summary>
internal static class LowerToTier
{
    /// <summary>Lowers in the act's transaction.</summary>
    /// <returns>How many keys were lowered.</returns>
    public static async Task<int> RunAsync(SystemAct act, string organisationId, TierRow tier)
    {
        var operators = await act.Db.Organisations.OrderBy(o => o.CreatedAtMs).ThenBy(o => o.Id).Select(o => o.Id).FirstAsync(act.CancellationToken);
        if (organisationId == operators)
            return 0;
        var ceilings = LimitValues.CeilingsOf(tier);
        var approved = (await act.Db.QuotaApplications.AsNoTracking()
                .Where(a => a.OrganisationId == organisationId && a.Status == QuotaStatuses.Approved && !a.Temporary && a.DecidedIn == operators && a.GrantedValue != null)
                .Select(a => new { a.KeyId, a.LimitKind, Value = a.GrantedValue!.Value }).ToListAsync(act.CancellationToken))
            .ToLookup(a => (a.KeyId, a.LimitKind), a => a.Value);
        var lowered = 0;
        foreach (var key in await act.Db.Keys.Where(k => k.OrganisationId == organisationId && k.RevokedAtMs == null).ToListAsync(act.CancellationToken))
        {
            var changes = new List<(string Name, object? Value)>();
            foreach (var limit in LimitNames.All)
            {
                if (ceilings[limit] is not { } most)
                    continue;
                most = approved[(key.Id, limit)].Append(most).Max();
                if (LimitValues.Of(key)[limit] <= most)
                    continue;
                LimitValues.Set(key, limit, most);
                changes.Add(($"limits.{limit}", most));
            }

            if (changes.Count == 0)
                continue;
            lowered++;
            key.UpdatedAtMs = Math.Max(act.NowMs, key.UpdatedAtMs + 1);
            act.Audit(organisationId, "key.update", key.Id, changes);
            act.KeyChanged(key.Id);
        }

        return lowered;
    }
}
