using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.AccessReviews;

internal static class ListReviews
{
    private static readonly string[] Statuses = [ReviewStatuses.Open, ReviewStatuses.Overdue, ReviewStatuses.Finished];

    public static readonly Operation Operation = new()
    {
        Name = "listAccessReviews",
        Method = "GET",
        Path = "/access-reviews",
        Permission = Permissions.ReviewsRead,
        Summary = "List access reviews, newest first",
        Query = [.. PageQuery.Parameters, new("status", "Reviews in this state only.", Statuses)],
        Answer = typeof(Page<AccessReviewAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Review, place));
        var status = call.Query.OneOf("status", Statuses);
        if (call.Refused() is { } refusal)
            return refusal;

        var reviews = call.Data.AccessReviews;
        if (page.After is { } after)
            reviews = reviews.Where(r => string.Compare(r.Id, after) < 0);
        if (status is not null)
            reviews = reviews.Where(r => r.Status == status);
        var rows = await reviews.OrderByDescending(r => r.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        var shown = rows.Take(page.Limit).ToList();
        return new Answer(new Page<AccessReviewAnswer>
        {
            Data = await ReviewView.OfAsync(call, shown),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(shown[^1].Id) : null,
        });
    }
}
