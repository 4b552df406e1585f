using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;
using Sluice.Server.Reviews;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.AccessReviews;

/// <summary>Reviews and their items as the API shows them.</summary>
internal static class ReviewView
{
    public static async ValueTask<AccessReviewAnswer> OfAsync(OperationCall call, AccessReviewRow review) => (await OfAsync(call, [review]))[0];

    public static async ValueTask<IReadOnlyList<AccessReviewAnswer>> OfAsync(OperationCall call, IReadOnlyList<AccessReviewRow> reviews)
    {
        var ids = reviews.Select(r => r.Id).ToList();
        var counts = (await call.Data.ReviewItems.Where(i => ids.Contains(i.ReviewId)).GroupBy(i => new { i.ReviewId, i.Decision }).Select(g => new { g.Key.ReviewId, g.Key.Decision, Count = g.Count() })
            .ToListAsync(call.CancellationToken)).ToLookup(c => c.ReviewId, c => (c.Decision, c.Count));
        return [.. reviews.Select(r => Of(r, [.. counts[r.Id]]))];
    }

    /// <param name="counts">How many items have which decision.</param>
    public static AccessReviewAnswer Of(AccessReviewRow review, IReadOnlyCollection<(string? Decision, int Count)> counts)
    {
        return new AccessReviewAnswer
        {
            Id = review.Id,
            Name = review.Name,
            Status = review.Status,
            CreatedAt = At(review.CreatedAtMs)!.Value,
            CreatedBy = review.CreatedBy,
            DueAt = At(review.DueAtMs)!.Value,
            DisablesAt = At(review.DisablesAtMs()),
            RemindedAt = At(review.RemindedAtMs),
            EscalatedAt = At(review.EscalatedAtMs),
            FinishedAt = At(review.FinishedAtMs),
            Counts = new ReviewCountsAnswer
            {
                Items = counts.Sum(static c => c.Count),
                Open = Count(null),
                Confirmed = Count(ReviewDecisions.Confirmed),
                Narrowed = Count(ReviewDecisions.Narrowed),
                Revoked = Count(ReviewDecisions.Revoked),
                Disabled = Count(ReviewDecisions.Disabled),
                Gone = Count(ReviewDecisions.Gone),
            },
        };

        int Count(string? decision) => counts.Where(c => c.Decision == decision).Sum(static c => c.Count);
    }

    public static async ValueTask<IReadOnlyList<ReviewItemAnswer>> OfAsync(OperationCall call, IReadOnlyList<ReviewItemRow> items)
    {
        var ids = items.Select(i => i.AccountId).OfType<string>().Distinct().ToList();
        var names = await call.Data.People.AsNoTracking().Where(p => ids.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, call.CancellationToken);
        return [.. items.Select(i => Of(i, i.AccountId is { } id ? names.GetValueOrDefault(id) : null))];
    }

    public static ReviewProposal? ProposalOf(ReviewItemRow item) => item.Proposed is { } proposed ? JsonSerializer.Deserialize(proposed, ManagementJson.Default.ReviewProposal) : null;

    private static ReviewItemAnswer Of(ReviewItemRow item, string? accountName)
    {
        var findings = JsonSerializer.Deserialize(item.Findings, ManagementJson.Default.IReadOnlyListReviewFinding) ?? [];
        var proposed = ProposalOf(item);
        return new ReviewItemAnswer
        {
            Id = item.Id,
            Kind = item.SubjectKind,
            SubjectId = item.SubjectId,
            Title = item.Title,
            AccountId = item.AccountId,
            AccountName = accountName,
            Findings = findings,
            Proposed = proposed,
            Recommended = item.SubjectKind == ReviewItemKinds.Key && findings.Any(static f => f.Code is ReviewFindingCodes.Unused or ReviewFindingCodes.OwnerGone) ? ReviewVerbs.Revoke
                : proposed is not null ? ReviewVerbs.Narrow : ReviewVerbs.Confirm,
            Decision = item.Decision,
            DecidedBy = item.DecidedBy,
            DecidedAt = At(item.DecidedAtMs),
            Note = item.Note,
        };
    }

    private static DateTimeOffset? At(long? ms) => ms is { } some ? DateTimeOffset.FromUnixTimeMilliseconds(some) : null;
}
