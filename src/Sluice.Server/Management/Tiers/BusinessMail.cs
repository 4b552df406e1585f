using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tiers;

/// <summary>
/// Tells addresses at a company's own domain from those that anybody can get. Decided when an address is verified and when an organisation is made: a later
/// change of the list changes nobody's tier.
/// </summary>
internal static class BusinessMail
{
    public const string Personal = "personal";
    public const string Business = "business";
    public const string Enterprise = "enterprise";

    /// <summary>The tier that an organisation of this address's owner has by itself.</summary>
    public static async ValueTask<string> StandingOf(SluiceDb db, string email, CancellationToken cancellationToken)
    {
        if (MailDomainText.Canonical(email[(email.LastIndexOf('@') + 1)..]) is not { } domain)
            return Personal;
        // A listed domain stands for all below it: mail.example.com is as public as example.com.
        var suffixes = new List<string>();
        for (var rest = domain; ; rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            suffixes.Add(rest);
            if (!rest.Contains('.', StringComparison.Ordinal))
                break;
        }

        return await db.PublicMailDomains.AnyAsync(d => suffixes.Contains(d.Domain), cancellationToken) ? Personal : Business;
    }

    /// <summary>
    /// To be called in the write that verifies a person's address: organisations of which they are the only owner rise to what the address earns. None ever sinks.
    /// </summary>
    /// <returns>The organisations that rose.</returns>
    public static async ValueTask<IReadOnlyList<string>> RaiseAsync(OperationCall call, SluiceDb db, string accountId, string email)
    {
        if (await StandingOf(db, email, call.CancellationToken) != Business)
            return [];
        var raised = new List<string>();
        foreach (var organisationId in await Owners.OnlyOwnedByAsync(db, accountId, call.CancellationToken))
        {
            await Owners.LockAsync(db, organisationId, call.CancellationToken);
            var organisation = await db.Organisations.SingleAsync(o => o.Id == organisationId, call.CancellationToken);
            if (organisation.BaseTier != Personal)
                continue;
            organisation.BaseTier = Business;
            if (organisation.Tier == Personal)
                organisation.Tier = Business;
            organisation.UpdatedAtMs = call.Touch(organisation.UpdatedAtMs);
            call.AuditIn(organisationId, "organisation.tier", organisationId, ("baseTier", Business), ("tier", organisation.Tier), ("because", "business_mail"));
            raised.Add(organisationId);
        }

        return raised;
    }
}
