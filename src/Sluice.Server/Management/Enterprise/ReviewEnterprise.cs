using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Enterprise;

internal static class ReviewEnterprise
{
    public static readonly Operation List = new()
    {
        Name = "listEnterpriseReviews",
        Method = "GET",
        Path = "/reviews/enterprise",
        Permission = Permissions.InstallationVerifications,
        Summary = "List applications for enterprise verification, oldest first",
        Query =
        [
            .. PageQuery.Parameters,
            new("status", "Applications with this status; `submitted` where left out.", EnterpriseStatuses.Submitted, EnterpriseStatuses.Approved, EnterpriseStatuses.Rejected, EnterpriseStatuses.Withdrawn,
                EnterpriseStatuses.Replaced, EnterpriseStatuses.Expired),
            new("organisationId", "Applications of this organisation only."),
        ],
        Answer = typeof(Page<EnterpriseReviewAnswer>),
        Run = ListAsync,
    };

    public static readonly Operation Get = new()
    {
        Name = "getEnterpriseReview",
        Method = "GET",
        Path = "/reviews/enterprise/{id}",
        Permission = Permissions.InstallationVerifications,
        Summary = "Get an application for enterprise verification to decide",
        Description = "The licence itself is at the path in `application.licence`.",
        Answer = typeof(EnterpriseReviewAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = GetAsync,
    };

    private static async ValueTask<Outcome> ListAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.EnterpriseApplication, place));
        var status = call.Query.OneOf("status", EnterpriseStatuses.Submitted, EnterpriseStatuses.Approved, EnterpriseStatuses.Rejected, EnterpriseStatuses.Withdrawn, EnterpriseStatuses.Replaced, EnterpriseStatuses.Expired)
            ?? EnterpriseStatuses.Submitted;
        var organisationId = call.Query.Text("organisationId", 64);
        if (call.Refused() is { } refusal)
            return refusal;
        var applications = call.Installation.EnterpriseApplications.Where(e => e.Status == status);
        if (page.After is { } after)
            applications = applications.Where(e => string.Compare(e.Id, after) > 0);
        if (organisationId is not null)
            applications = applications.Where(e => e.OrganisationId == organisationId);
        var rows = await applications.OrderBy(e => e.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<EnterpriseReviewAnswer>
        {
            Data = await EnterpriseView.ReviewsOfAsync(call, [.. rows.Take(page.Limit)]),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }

    private static async ValueTask<Outcome> GetAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        return await call.Installation.EnterpriseApplications.SingleOrDefaultAsync(e => e.Id == call.Id, call.CancellationToken) is { } row
            ? new Answer((await EnterpriseView.ReviewsOfAsync(call, [row]))[0], Version: row.UpdatedAtMs)
            : Outcome.NotFound;
    }
}
