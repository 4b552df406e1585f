using System.Text;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Reviews;

/// <summary>Finishes a review once nothing of it is open: it becomes evidence and does not change again.</summary>
internal static class ReviewEnd
{
    /// <param name="review">Tracked, as the items are that were decided in this transaction.</param>
    /// <param name="decided">Ids of these items: in the database they are still open.</param>
    /// <returns>The items, if this was the end.</returns>
    public static async Task<IReadOnlyList<ReviewItemRow>?> FinishIfDoneAsync(OrganisationScope data, AccessReviewRow review, IReadOnlyCollection<string> decided, ReviewSeal seal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (review.Status == ReviewStatuses.Finished)
            return null;
        var open = await data.ReviewItems.Where(i => i.ReviewId == review.Id && i.Decision == null).Select(i => i.Id).Take(decided.Count + 1).ToListAsync(cancellationToken);
        if (open.Exists(id => !decided.Contains(id)))
            return null;
        var items = await data.ReviewItems.Where(i => i.ReviewId == review.Id).ToListAsync(cancellationToken);
        review.Status = ReviewStatuses.Finished;
        review.FinishedAtMs = now.ToUnixTimeMilliseconds();
        review.Evidence = ReviewEvidence.Write(review, items);
        review.Signature = seal.Sign(review.Id, ReviewEvidence.Form, Encoding.UTF8.GetBytes(review.Evidence));
        return items;
    }
}
