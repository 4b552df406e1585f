using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Tiers;

internal static class ListPublicMailDomains
{
    public static readonly Operation Operation = new()
    {
        Name = "listPublicMailDomains",
        Method = "GET",
        Path = "/public-mail-domains",
        Permission = Permissions.InstallationSettings,
        Summary = "List the mail domains that anybody can get an address at, by name",
        Query = PageQuery.Parameters,
        Answer = typeof(Page<PublicMailDomainAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => MailDomainText.Canonical(place) == place);
        if (call.Refused() is { } refusal)
            return refusal;
        var domains = call.Installation.PublicMailDomains;
        if (page.After is { } after)
            domains = domains.Where(d => string.Compare(d.Domain, after) > 0);
        var rows = await domains.OrderBy(d => d.Domain).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<PublicMailDomainAnswer>
        {
            Data = [.. rows.Take(page.Limit).Select(SwitchPublicMailDomain.Of)],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Domain) : null,
        });
    }
}
