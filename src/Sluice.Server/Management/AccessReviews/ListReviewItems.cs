using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.AccessReviews;

internal static class ListReviewItems
{
    private const string Open = "open";
    private static readonly string[] Decisions = [Open, ReviewDecisions.Confirmed, ReviewDecisions.Narrowed, ReviewDecisions.Revoked, ReviewDecisions.Disabled, ReviewDecisions.Gone];
    private static readonly string[] Codes =
    [
        ReviewFindingCodes.Unused, ReviewFindingCodes.RoutesNeverUsed, ReviewFindingCodes.ModelsNeverUsed, ReviewFindingCodes.NoExpiry, ReviewFindingCodes.NoNetworkList,
        ReviewFindingCodes.OwnerGone, ReviewFindingCodes.OwnerSuspended, ReviewFindingCodes.PermissionsNeverUsed, ReviewFindingCodes.RoleTooBroad,
    ];

    public static readonly Operation Operation = new()
    {
        Name = "listAccessReviewItems",
        Method = "GET",
        Path = "/access-reviews/{id}/items",
        Permission = Permissions.ReviewsRead,
        Summary = "List the keys and roles of an access review",
        Query =
        [
            .. PageQuery.Parameters,
            new("kind", "Items of this kind only.", ReviewItemKinds.Key, ReviewItemKinds.Assignment),
            new("decision", "Items that were decided like this only; `open` for those that were not.", Decisions),
            new("finding", "Items about which this stands out only.", Codes),
            new("accountId", "Keys and roles of this person only."),
            new("subjectId", "This key or assignment only."),
        ],
        Answer = typeof(Page<ReviewItemAnswer>),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.ReviewItem, place));
        var kind = call.Query.OneOf("kind", ReviewItemKinds.Key, ReviewItemKinds.Assignment);
        var decision = call.Query.OneOf("decision", Decisions);
        var finding = call.Query.OneOf("finding", Codes);
        var accountId = call.Query.Text("accountId", 64);
        var subjectId = call.Query.Text("subjectId", 64);
        if (call.Refused() is { } refusal)
            return refusal;
        if (!await call.Data.AccessReviews.AnyAsync(r => r.Id == call.Id, call.CancellationToken))
            return Outcome.NotFound;

        var items = call.Data.ReviewItems.Where(i => i.ReviewId == call.Id);
        if (page.After is { } after)
            items = items.Where(i => string.Compare(i.Id, after) > 0);
        if (kind is not null)
            items = items.Where(i => i.SubjectKind == kind);
        if (decision is not null)
            items = decision == Open ? items.Where(i => i.Decision == null) : items.Where(i => i.Decision == decision);
        if (finding is not null)
        {
            var member = $"\"code\":\"{finding}\"";
            items = items.Where(i => i.Findings.Contains(member));
        }

        if (accountId is not null)
            items = items.Where(i => i.AccountId == accountId);
        if (subjectId is not null)
            items = items.Where(i => i.SubjectId == subjectId);
        var rows = await items.OrderBy(i => i.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        var shown = rows.Take(page.Limit).ToList();
        return new Answer(new Page<ReviewItemAnswer>
        {
            Data = await ReviewView.OfAsync(call, shown),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(shown[^1].Id) : null,
        });
    }
}
