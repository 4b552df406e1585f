using System.Globalization;
using System.Text.Json;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Reviews;

/// <summary>The rows of a review that begins.</summary>
internal static class StartedReview
{
    public static readonly TimeSpan DueIn = TimeSpan.FromDays(14);
    /// <summary>Days between the end and keys being switched off, where the organisation says nothing else.</summary>
    public const int DisableAfterDaysDefault = 7;

    /// <param name="name">Or <see langword="null"/> for one by its day.</param>
    public static AccessReviewRow Add(OrganisationScope data, IReadOnlyList<ReviewDraft> drafts, string organisationId, string? name, DateTimeOffset dueAt, int? disableAfterDays, string createdBy, DateTimeOffset now)
    {
        var review = new AccessReviewRow
        {
            Id = ObjectId.New(ObjectId.Review, now),
            OrganisationId = organisationId,
            Name = name ?? string.Create(CultureInfo.InvariantCulture, $"Access review {now.UtcDateTime:yyyy-MM-dd}"),
            Status = ReviewStatuses.Open,
            CreatedAtMs = now.ToUnixTimeMilliseconds(),
            CreatedBy = createdBy,
            DueAtMs = dueAt.ToUnixTimeMilliseconds(),
            DisableAfterDays = disableAfterDays,
        };
        data.Add(review);
        foreach (var draft in drafts)
        {
            data.Add(new ReviewItemRow
            {
                Id = ObjectId.New(ObjectId.ReviewItem, now),
                ReviewId = review.Id,
                OrganisationId = organisationId,
                SubjectKind = draft.Kind,
                SubjectId = draft.SubjectId,
                AccountId = draft.AccountId,
                Title = draft.Title,
                Findings = JsonSerializer.Serialize(draft.Findings, ManagementJson.Default.IReadOnlyListReviewFinding),
                Proposed = draft.Proposed is { } proposed ? JsonSerializer.Serialize(proposed, ManagementJson.Default.ReviewProposal) : null,
            });
        }

        return review;
    }
}
