using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>Tells a company's mail domain from one where anybody gets an address.</summary>
internal static class MailDomains
{
    public static async Task<bool> IsBusinessAsync(SluiceDb db, string address, CancellationToken cancellationToken)
    {
        if (EmailAddress.Parse(address) is not { } email)
            return false;
        // A subdomain of a public provider's is that provider's too.
        var labels = email.Domain.Split('.');
        var domains = Enumerable.Range(0, labels.Length - 1).Select(from => string.Join('.', labels[from..])).ToList();
        return !await db.PublicMailDomains.AnyAsync(d => domains.Contains(d.Domain), cancellationToken);
    }
}
