using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Enterprise;

internal static class ReadEnterprise
{
    public static readonly Operation List = new()
    {
        Name = "listEnterpriseApplications",
        Method = "GET",
        Path = "/enterprise-applications",
        Permission = Permissions.VerificationRead,
        Summary = "List the organisation's applications for enterprise verification, newest first",
        Query = PageQuery.Parameters,
        Answer = typeof(Page<EnterpriseApplicationAnswer>),
        Run = ListAsync,
    };

    public static readonly Operation Get = new()
    {
        Name = "getEnterpriseApplication",
        Method = "GET",
        Path = "/enterprise-applications/{id}",
        Permission = Permissions.VerificationRead,
        Summary = "Get an application for enterprise verification",
        Answer = typeof(EnterpriseApplicationAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = GetAsync,
    };

    private static async ValueTask<Outcome> ListAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.EnterpriseApplication, place));
        if (call.Refused() is { } refusal)
            return refusal;
        var applications = call.Data.EnterpriseApplications;
        if (page.After is { } after)
            applications = applications.Where(e => string.Compare(e.Id, after) < 0);
        var rows = await applications.OrderByDescending(e => e.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<EnterpriseApplicationAnswer>
        {
            Data = await EnterpriseView.OfAsync(call, [.. rows.Take(page.Limit)]),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }

    private static async ValueTask<Outcome> GetAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        return await call.Data.EnterpriseApplications.SingleOrDefaultAsync(e => e.Id == call.Id, call.CancellationToken) is { } row
            ? new Answer((await EnterpriseView.OfAsync(call, [row]))[0], Version: row.UpdatedAtMs)
            : Outcome.NotFound;
    }
}
