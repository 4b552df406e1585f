using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Reviews;

namespace Sluice.Server.Management.AccessReviews;

internal static class CreateReview
{
    private const int DueDaysMax = 366;

    public static readonly Operation Operation = new()
    {
        Name = "createAccessReview",
        Method = "POST",
        Path = "/access-reviews",
        Permission = Permissions.ReviewsWrite,
        Summary = "Begin an access review",
        Description = "Every key that is not revoked and every role that somebody holds becomes an item, with what stands out about it: judged by the calls and acts of the last 90 days, as far as these are kept. "
            + "Reviews also begin by themselves, every `reviewEveryDays` of the organisation. One review is open at a time.",
        Body = typeof(AccessReviewBody),
        BodyOptional = true,
        BodyExample = """{"name":"First quarter","disableOnSilence":true}""",
        Answer = typeof(AccessReviewAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var asked = Asked.From(call);
        if (call.Refused() is { } refusal)
            return refusal;
        if (await OpenReviewAsync(call) is { } open)
            return open;
        call.Prepared = (asked, await call.Tools.ReviewInquiry.DraftAsync(call.Data, call.Tools.ReviewInquiry.Span(call.Now, asked.UnusedDays), call.CancellationToken));
        return null;
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (asked, drafts) = ((Asked, IReadOnlyList<ReviewDraft>))call.Prepared!;
        await call.Data.LockOwnersAsync(call.CancellationToken);
        if (await OpenReviewAsync(call) is { } open)
            return open;
        if (drafts.Count == 0)
            return new Refusal(ErrorCodes.Conflict, "The organisation has neither keys nor members with a role: there is nothing to review.");
        var organisation = await call.Data.Organisations.AsNoTracking().SingleAsync(call.CancellationToken);
        var disableAfter = asked.DisableOnSilence switch
        {
            true => organisation.ReviewDisableAfterDays ?? StartedReview.DisableAfterDaysDefault,
            false => null,
            null => organisation.ReviewDisableAfterDays,
        };
        var review = StartedReview.Add(call.Data, drafts, call.Caller.OrganisationId, asked.Name, asked.DueAt ?? call.Now + StartedReview.DueIn, disableAfter, call.Caller.AccountId ?? call.ActorId, call.Now);
        call.Audit("review.start", review.Id, ("items", drafts.Count), ("dueAtMs", review.DueAtMs), ("disableAfterDays", review.DisableAfterDays));
        await ReviewNews.BegunAsync(call, call.Data, review, await Reviewers.OfAsync(call.Data, call.CancellationToken), drafts.Count, call.CancellationToken);
        return new Answer(ReviewView.Of(review, [(null, drafts.Count)]), OperationCall.Path("access-reviews", review.Id));
    }

    private static async ValueTask<Refusal?> OpenReviewAsync(OperationCall call) =>
        await call.Data.AccessReviews.Where(r => r.Status != ReviewStatuses.Finished).Select(r => r.Id).FirstOrDefaultAsync(call.CancellationToken) is { } open
            ? new Refusal(ErrorCodes.Conflict, $"The review '{open}' is not finished. Decide its items first.")
            : null;

    private sealed record Asked(string? Name, DateTimeOffset? DueAt, bool? DisableOnSilence, int UnusedDays)
    {
        public static Asked From(OperationCall call)
        {
            call.Body.RefuseNull("name", "dueAt", "disableOnSilence", "unusedDays");
            var asked = new Asked(call.Body.Text("name", 100), call.Body.Instant("dueAt"), call.Body.Flag("disableOnSilence"), (int?)call.Body.Whole("unusedDays", 1, 365) ?? ReviewSpan.UnusedDaysDefault);
            if (asked.DueAt is { } due && (due <= call.Now || due > call.Now.AddDays(DueDaysMax)))
                call.Body.Refuse("dueAt", ErrorCodes.InvalidValue, $"'dueAt' must be in the future and within a year; it is now {call.Now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.");
            return asked;
        }
    }
}
