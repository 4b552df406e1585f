using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tiers;

/// <summary>Puts a domain on the list of public ones, or takes it off.</summary>
internal static class SwitchPublicMailDomain
{
    private const string Effect = "Its subdomains count with it. Tiers are given when an address is verified and when an organisation is made, so nobody's tier changes by this now.";

    public static readonly Operation Put = new()
    {
        Name = "putPublicMailDomain",
        Method = "PUT",
        Path = "/public-mail-domains/{id}",
        Permission = Permissions.InstallationSettings,
        Summary = "Treat a mail domain as one that anybody can get an address at",
        Description = "The id is the domain, such as `example.com`; names in other scripts are kept as `xn--…`. " + Effect,
        Answer = typeof(PublicMailDomainAnswer),
        Writes = true,
        Run = PutAsync,
    };

    public static readonly Operation Delete = new()
    {
        Name = "deletePublicMailDomain",
        Method = "DELETE",
        Path = "/public-mail-domains/{id}",
        Permission = Permissions.InstallationSettings,
        Summary = "Treat a mail domain as a company's own",
        Description = Effect,
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = DeleteAsync,
    };

    public static PublicMailDomainAnswer Of(PublicMailDomainRow row) => new() { Domain = row.Domain, CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs) };

    private static async ValueTask<Outcome> PutAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (MailDomainText.Canonical(call.Id) is not { } domain)
            return new Refusal(ErrorCodes.InvalidValue, "The path must end in a mail domain, such as example.com.");
        if (await call.Installation.PublicMailDomains.SingleOrDefaultAsync(d => d.Domain == domain, call.CancellationToken) is { } there)
            return call.AsItWas(Of(there));
        var row = new PublicMailDomainRow { Domain = domain, CreatedAtMs = call.NowMs };
        call.Installation.Add(row);
        call.Audit("public_mail_domain.add", domain);
        return Outcome.Of(Of(row));
    }

    private static async ValueTask<Outcome> DeleteAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var domain = MailDomainText.Canonical(call.Id);
        if (await call.Installation.PublicMailDomains.SingleOrDefaultAsync(d => d.Domain == domain, call.CancellationToken) is not { } row)
            return Outcome.NotFound;
        call.Installation.Remove(row);
        call.Audit("public_mail_domain.remove", row.Domain);
        return new Answer(null);
    }
}
