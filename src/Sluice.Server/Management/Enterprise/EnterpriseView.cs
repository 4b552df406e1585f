using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Documents;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Enterprise;

internal static class EnterpriseView
{
    public static async Task<IReadOnlyList<EnterpriseApplicationAnswer>> OfAsync(OperationCall call, IReadOnlyList<EnterpriseApplicationRow> rows)
    {
        var documents = await DocumentView.OfAsync(call.Data.Documents, rows.Select(static r => r.DocumentId), call.CancellationToken);
        return [.. rows.Select(r => Of(r, r.DocumentId is { } id ? documents.GetValueOrDefault(id) : null))];
    }

    /// <summary>As reviewers see them.</summary>
    public static async Task<IReadOnlyList<EnterpriseReviewAnswer>> ReviewsOfAsync(OperationCall call, IReadOnlyList<EnterpriseApplicationRow> rows)
    {
        var all = call.Installation;
        var documents = await DocumentView.OfAsync(all.Documents, rows.Select(static r => r.DocumentId), call.CancellationToken);
        var ids = rows.Select(static r => r.OrganisationId).Distinct(StringComparer.Ordinal).ToList();
        var organisations = await all.Organisations.AsNoTracking().Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id, call.CancellationToken);
        var numbers = rows.Select(static r => r.RegistrationNumber).Distinct(StringComparer.Ordinal).ToList();
        var same = await all.EnterpriseApplications.AsNoTracking().Where(e => e.Status == EnterpriseStatuses.Approved && numbers.Contains(e.RegistrationNumber))
            .Select(e => new { e.OrganisationId, e.RegistrationScheme, e.RegistrationNumber }).ToListAsync(call.CancellationToken);
        return
        [
            .. rows.Select(r => new EnterpriseReviewAnswer
            {
                Id = r.Id,
                Application = Of(r, r.DocumentId is { } id ? documents.GetValueOrDefault(id) : null),
                OrganisationName = organisations[r.OrganisationId].Name,
                OrganisationTier = organisations[r.OrganisationId].Tier,
                DecidedBy = r.DecidedBy,
                SameNumberAs = [.. same.Where(s => s.RegistrationNumber == r.RegistrationNumber && s.RegistrationScheme == r.RegistrationScheme && s.OrganisationId != r.OrganisationId).Select(static s => s.OrganisationId).Distinct()],
            }),
        ];
    }

    public static EnterpriseApplicationAnswer Of(EnterpriseApplicationRow row, DocumentAnswer? licence) => new()
    {
        Id = row.Id,
        OrganisationId = row.OrganisationId,
        Status = row.Status,
        CompanyName = row.CompanyName,
        RegistrationScheme = row.RegistrationScheme,
        RegistrationNumber = row.RegistrationNumber,
        ContactName = row.ContactName,
        ContactEmail = row.ContactEmail,
        ContactPhone = row.ContactPhone,
        Licence = licence,
        Reason = row.Reason,
        PreviousId = row.PreviousId,
        SubmittedAt = At(row.SubmittedAtMs),
        SubmittedBy = row.SubmittedBy,
        DecidedAt = row.DecidedAtMs is { } decided ? At(decided) : null,
        ValidUntil = row.ValidUntilMs is { } until ? At(until) : null,
        UpdatedAt = At(row.UpdatedAtMs),
    };

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);
}
