using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Accounts;

/// <summary>People as the operator sees them.</summary>
internal static class PersonView
{
    public static async Task<IReadOnlyList<PersonAnswer>> OfAsync(OperationCall call, IReadOnlyList<AccountRow> rows)
    {
        var ids = rows.Select(a => a.Id).ToList();
        var memberships = (await call.Installation.Members.AsNoTracking().Where(m => ids.Contains(m.AccountId)).ToListAsync(call.CancellationToken)).ToLookup(m => m.AccountId, m => m.OrganisationId);
        return [.. rows.Select(a => new PersonAnswer
        {
            Id = a.Id,
            Email = a.Email!,
            EmailConfirmed = a.EmailConfirmed,
            PhoneConfirmed = a.PhoneNumberConfirmed,
            Name = a.Name,
            Status = (a.SuspendedAtMs, a.SuspendedReason) switch
            {
                (null, _) => a.EmailConfirmed ? PersonStatuses.Active : PersonStatuses.Unconfirmed,
                (_, AccountRemains.DeletedReason) => PersonStatuses.Deleted,
                _ => PersonStatuses.Suspended,
            },
            SecondFactor = a.TwoFactorEnabled,
            SuspendedAt = AccountView.At(a.SuspendedAtMs),
            SuspendedReason = a.SuspendedReason,
            Organisations = [.. memberships[a.Id].Order(StringComparer.Ordinal)],
            CreatedAt = AccountView.At(a.CreatedAtMs),
        })];
    }
}
