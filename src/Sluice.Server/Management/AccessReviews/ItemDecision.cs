using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Roles;
using Sluice.Server.Reviews;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.AccessReviews;

/// <summary>Carries decisions on items out, in one transaction with what they do to keys and roles.</summary>
/// <param name="used">What keys that are to be narrowed were used for since the review began.</param>
internal sealed class ItemDecision(OperationCall call, AccessReviewRow review, IReadOnlyList<KeyUsage> used)
{
    public const int NoteCharsMax = 500;

    // What items that were decided here were before.
    private readonly Dictionary<string, string?> _before = [];
    private readonly RoleDecision _roles = new(call);
    private bool? _othersMayReview;

    /// <summary>Ids of the items that were decided; none where everything was as it was asked for.</summary>
    public IReadOnlyCollection<string> Decided => _before.Keys;

    /// <summary>To be asked before the transaction: records are many.</summary>
    /// <param name="itemIds">Items that are to be narrowed.</param>
    public static async ValueTask<IReadOnlyList<KeyUsage>> UsedSinceAsync(OperationCall call, IReadOnlyList<string> itemIds)
    {
        if (itemIds.Count == 0 || await call.Data.AccessReviews.Where(r => r.Id == call.Id).Select(r => (long?)r.CreatedAtMs).SingleOrDefaultAsync(call.CancellationToken) is not { } sinceMs)
            return [];
        var items = call.Data.ReviewItems.Where(i => i.ReviewId == call.Id && i.SubjectKind == ReviewItemKinds.Key && itemIds.Contains(i.Id));
        return await call.Tools.Records.UsageAsync(await items.Select(i => i.SubjectId).ToListAsync(call.CancellationToken), sinceMs, call.CancellationToken);
    }

    /// <summary>One at a time: owners must not take each other away at once, the last decision ends the review, and whoever was demoted while waiting decides nothing.</summary>
    public static async ValueTask<Refusal?> BeginAsync(OperationCall call)
    {
        await call.Data.LockOwnersAsync(call.CancellationToken);
        return (await Giving.RightsAsync(call)).Allows(Permissions.ReviewsWrite)
            ? null
            : new Refusal(ErrorCodes.PermissionDenied, $"It needs '{Permissions.ReviewsWrite}', which the caller held a moment ago and does not hold any more.");
    }

    public async ValueTask<Refusal?> ApplyAsync(ReviewItemRow item, string verb, string? note)
    {
        var wanted = verb switch { ReviewVerbs.Confirm => ReviewDecisions.Confirmed, ReviewVerbs.Narrow => ReviewDecisions.Narrowed, _ => ReviewDecisions.Revoked };
        if (item.Decision == wanted)
            return null;
        if (review.Status == ReviewStatuses.Finished)
            return new Refusal(ErrorCodes.Conflict, "The review is finished and does not change any more.");
        // What was kept, or switched off for want of a decision, can still be made smaller or taken away; what is gone is gone.
        if (item.Decision is ReviewDecisions.Narrowed or ReviewDecisions.Revoked or ReviewDecisions.Gone)
            return new Refusal(ErrorCodes.Conflict, $"It was decided before: {item.Decision}.");
        if (verb == ReviewVerbs.Confirm && item.AccountId is { } own && own == call.Caller.AccountId && await OthersMayReviewAsync(own))
            return new Refusal(ErrorCodes.PermissionDenied, "It is the caller's own, and others may review: one of them has to confirm it.");

        var isThere = true;
        var refusal = item.SubjectKind == ReviewItemKinds.Key
            ? new KeyDecision(call, used).Apply(await KeyAsync(item), item, verb, out isThere)
            : await _roles.ApplyAsync(await call.Data.Assignments.SingleOrDefaultAsync(a => a.Id == item.SubjectId, call.CancellationToken), item, verb, gone => isThere = !gone);
        if (refusal is not null)
            return refusal;
        _before[item.Id] = item.Decision;
        item.Decision = isThere ? wanted : ReviewDecisions.Gone;
        item.DecidedBy = call.Caller.AccountId ?? call.ActorId;
        item.DecidedAtMs = call.NowMs;
        item.Note = note;
        call.Audit("review." + (isThere ? verb : "gone"), item.Id, ("reviewId", review.Id), ("subjectId", item.SubjectId));
        return null;
    }

    /// <summary>To be called once after all decisions.</summary>
    public async ValueTask EndAsync()
    {
        if (Decided.Count == 0 || await ReviewEnd.FinishIfDoneAsync(call.Data, review, Decided, call.Tools.ReviewSeal, call.Now, call.CancellationToken) is not { } items)
            return;
        call.Audit("review.finish", review.Id, ("items", items.Count));
        await ReviewNews.EndedAsync(call, call.Data, review, Reviewers.Owners(call.Data), items, call.CancellationToken);
    }

    /// <summary>The review as it will be once this is committed.</summary>
    public async ValueTask<AccessReviewAnswer> ReviewAsync()
    {
        var stored = await call.Data.ReviewItems.Where(i => i.ReviewId == review.Id).GroupBy(i => i.Decision).Select(g => new { Decision = g.Key, Count = g.Count() }).ToListAsync(call.CancellationToken);
        var now = await call.Data.ReviewItems.Where(i => Decided.Contains(i.Id)).ToListAsync(call.CancellationToken);
        return ReviewView.Of(review, [.. stored.Select(s => (s.Decision, s.Count)), .. _before.Values.Select(before => (before, -1)), .. now.Select(i => (i.Decision, 1))]);
    }

    private async ValueTask<KeyRow?> KeyAsync(ReviewItemRow item) => await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == item.SubjectId && k.RevokedAtMs == null, call.CancellationToken);

    private async ValueTask<bool> OthersMayReviewAsync(string accountId) =>
        _othersMayReview ??= await (await Reviewers.OfAsync(call.Data, call.CancellationToken)).AnyAsync(p => p.Id != accountId, call.CancellationToken);
}
