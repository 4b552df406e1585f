using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Quota;

internal static class ReviewQuota
{
    public static readonly Operation List = new()
    {
        Name = "listQuotaReviews",
        Method = "GET",
        Path = "/reviews/quota",
        Permission = null,
        Summary = "List quota applications to decide, oldest first",
        Description = "With `quota.approve` those of the organisation, in the projects that it reaches; with `installation.quota` those of all organisations.",
        Query =
        [
            .. PageQuery.Parameters,
            new("status", "Applications with this status; `open` where left out.", QuotaStatuses.Open, QuotaStatuses.Approved, QuotaStatuses.Rejected, QuotaStatuses.Withdrawn),
            new("organisationId", "Applications of this organisation only."),
        ],
        Answer = typeof(Page<QuotaApplicationAnswer>),
        Run = ListAsync,
    };

    public static readonly Operation Get = new()
    {
        Name = "getQuotaReview",
        Method = "GET",
        Path = "/reviews/quota/{id}",
        Permission = null,
        Summary = "Get a quota application to decide, with its comments",
        Description = "With `quota.approve` one of the organisation; with `installation.quota` any.",
        Answer = typeof(QuotaApplicationAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = GetAsync,
    };

    private static async ValueTask<Outcome> ListAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.QuotaApplication, place));
        var status = call.Query.OneOf("status", QuotaStatuses.Open, QuotaStatuses.Approved, QuotaStatuses.Rejected, QuotaStatuses.Withdrawn) ?? QuotaStatuses.Open;
        var organisationId = call.Query.Text("organisationId", 64);
        if ((QuotaAccess.MayNotReview(call) ?? call.Refused()) is { } refusal)
            return refusal;
        var applications = QuotaAccess.Reviewable(call).Where(a => a.Status == status);
        if (page.After is { } after)
            applications = applications.Where(a => string.Compare(a.Id, after) > 0);
        if (organisationId is not null)
            applications = applications.Where(a => a.OrganisationId == organisationId);
        var rows = await applications.OrderBy(a => a.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<QuotaApplicationAnswer>
        {
            Data = await QuotaView.OfAsync(call, [.. rows.Take(page.Limit)], QuotaAccess.ReviewsAll(call)),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }

    private static async ValueTask<Outcome> GetAsync(OperationCall call)
    {
        if ((QuotaAccess.MayNotReview(call) ?? call.Refused()) is { } refusal)
            return refusal;
        return await QuotaAccess.Reviewable(call).SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken) is { } row
            ? new Answer(await QuotaView.WithCommentsAsync(call, row, QuotaAccess.ReviewsAll(call)), Version: row.UpdatedAtMs)
            : Outcome.NotFound;
    }
}
