using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Reviews;

/// <summary>
/// Begins reviews whose time has come, reminds of those that are due, tells the owners of those that were not done, and switches keys off where an organisation wants that. Everything
/// is done once, however many nodes look.
/// </summary>
internal sealed class LookAfterReviews(SluiceDatabase database, ReviewInquiry inquiry, ReviewSeal seal, RunSystemAct run, TimeProvider time, ILogger<LookAfterReviews> log) : SystemJob(time, log)
{
    /// <summary>Days before the end at which reviewers are reminded.</summary>
    private static readonly int[] RemindDays = [7, 1];
    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromMinutes(10);

    protected override string Name => "access reviews";

    public override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var organisationId in await DueOrganisationsAsync(cancellationToken))
            await StartAsync(organisationId, cancellationToken);
        List<string> unfinished;
        await using (var db = database.CreateContext())
            unfinished = await db.AccessReviews.Where(r => r.Status != ReviewStatuses.Finished).OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(cancellationToken);
        foreach (var reviewId in unfinished)
            await run.RunAsync("review/" + reviewId, act => LookAfterAsync(act, reviewId), cancellationToken);
    }

    /// <summary>The organisation as the system may see it.</summary>
    private static OrganisationScope Scope(SluiceDb db, string organisationId) =>
        new(db, new Caller { ActorId = RunSystemAct.Actor, OrganisationId = organisationId, Rights = Rights.Everything }, null);

    private async Task<IReadOnlyList<string>> DueOrganisationsAsync(CancellationToken cancellationToken)
    {
        await using var db = database.CreateContext();
        var all = await db.Organisations.Where(o => o.ReviewEveryDays > 0).Select(o => new
        {
            o.Id,
            o.ReviewEveryDays,
            o.CreatedAtMs,
            Last = db.AccessReviews.Where(r => r.OrganisationId == o.Id).Max(r => (long?)r.CreatedAtMs),
            Unfinished = db.AccessReviews.Any(r => r.OrganisationId == o.Id && r.Status != ReviewStatuses.Finished),
        }).ToListAsync(cancellationToken);
        var now = _time.GetUtcNow();
        return [.. all.Where(o => !o.Unfinished && IsDue(o.Last ?? o.CreatedAtMs, o.ReviewEveryDays, now)).Select(o => o.Id)];
    }

    private static bool IsDue(long lastMs, int everyDays, DateTimeOffset now) => DateTimeOffset.FromUnixTimeMilliseconds(lastMs).AddDays(everyDays) <= now;

    private async Task StartAsync(string organisationId, CancellationToken cancellationToken)
    {
        IReadOnlyList<ReviewDraft> drafts;
        await using (var db = database.CreateContext())
            drafts = await inquiry.DraftAsync(Scope(db, organisationId), inquiry.Span(_time.GetUtcNow(), ReviewSpan.UnusedDaysDefault), cancellationToken);
        if (drafts.Count == 0)
            return;
        await run.RunAsync("review.start/" + organisationId, async act =>
        {
            // Another node may have begun one while this one was looking.
            var data = Scope(act.Db, organisationId);
            await data.LockOwnersAsync(act.CancellationToken);
            var organisation = await data.Organisations.AsNoTracking().SingleAsync(act.CancellationToken);
            if (await data.AccessReviews.AnyAsync(r => r.Status != ReviewStatuses.Finished, act.CancellationToken))
                return;
            var last = await data.AccessReviews.MaxAsync(r => (long?)r.CreatedAtMs, act.CancellationToken);
            if (organisation.ReviewEveryDays == 0 || !IsDue(last ?? organisation.CreatedAtMs, organisation.ReviewEveryDays, act.Now))
                return;
            var review = StartedReview.Add(data, drafts, organisationId, null, act.Now + StartedReview.DueIn, organisation.ReviewDisableAfterDays, RunSystemAct.Actor, act.Now);
            act.Audit(organisationId, "review.start", review.Id, ("items", drafts.Count), ("dueAtMs", review.DueAtMs), ("disableAfterDays", review.DisableAfterDays));
            await ReviewNews.BegunAsync(act, data, review, await Reviewers.OfAsync(data, act.CancellationToken), drafts.Count, act.CancellationToken);
        }, cancellationToken);
    }

    private async Task LookAfterAsync(SystemAct act, string reviewId)
    {
        var organisationId = await act.Db.AccessReviews.Where(r => r.Id == reviewId).Select(r => r.OrganisationId).SingleAsync(act.CancellationToken);
        var data = Scope(act.Db, organisationId);
        await data.LockOwnersAsync(act.CancellationToken);
        var review = await data.AccessReviews.SingleAsync(r => r.Id == reviewId, act.CancellationToken);
        if (review.Status == ReviewStatuses.Finished)
            return;
        var decided = new HashSet<string>(StringComparer.Ordinal);
        await MarkGoneAsync(act, data, review, decided);
        var due = DateTimeOffset.FromUnixTimeMilliseconds(review.DueAtMs);
        if (act.Now < due)
            await RemindAsync(act, data, review, due, decided);
        else if (review.EscalatedAtMs is null)
            await EscalateAsync(act, data, review, decided);
        if (review.DisablesAtMs() <= act.NowMs && review.SilencedAtMs is null)
            await SwitchOffAsync(act, data, review, decided);
        if (await ReviewEnd.FinishIfDoneAsync(data, review, decided, seal, act.Now, act.CancellationToken) is { } items)
        {
            act.Audit(review.OrganisationId, "review.finish", review.Id, ("items", items.Count));
            await ReviewNews.EndedAsync(act, data, review, Reviewers.Owners(data), items, act.CancellationToken);
        }
    }

    /// <summary>What was taken away elsewhere needs no decision any more.</summary>
    private static async Task MarkGoneAsync(SystemAct act, OrganisationScope data, AccessReviewRow review, HashSet<string> decided)
    {
        var gone = await data.ReviewItems.Where(i => i.ReviewId == review.Id && i.Decision == null
            && (i.SubjectKind == ReviewItemKinds.Key ? !data.Keys.Any(k => k.Id == i.SubjectId && k.RevokedAtMs == null) : !data.Assignments.Any(a => a.Id == i.SubjectId))).ToListAsync(act.CancellationToken);
        foreach (var item in gone)
        {
            Decide(item, ReviewDecisions.Gone, act);
            decided.Add(item.Id);
        }

        if (gone.Count > 0)
            act.Audit(review.OrganisationId, "review.gone", review.Id, ("items", gone.Count));
    }

    private static async Task RemindAsync(SystemAct act, OrganisationScope data, AccessReviewRow review, DateTimeOffset due, HashSet<string> decided)
    {
        // A review that began later than that needs no reminder of it.
        var since = Math.Max(review.RemindedAtMs ?? 0, review.CreatedAtMs);
        var passed = RemindDays.Where(days => due.AddDays(-days) <= act.Now && due.AddDays(-days).ToUnixTimeMilliseconds() > since).ToList();
        if (passed.Count == 0)
            return;
        review.RemindedAtMs = act.NowMs;
        var open = await OpenAsync(data, review, act) - decided.Count;
        act.Audit(review.OrganisationId, "review.remind", review.Id, ("open", open), ("daysBefore", passed.Min()));
        await ReviewNews.DueAsync(act, data, review, await Reviewers.OfAsync(data, act.CancellationToken), open, act.CancellationToken);
    }

    private static async Task EscalateAsync(SystemAct act, OrganisationScope data, AccessReviewRow review, HashSet<string> decided)
    {
        var open = await OpenAsync(data, review, act) - decided.Count;
        if (open == 0)
            return;
        review.Status = ReviewStatuses.Overdue;
        review.EscalatedAtMs = act.NowMs;
        act.Audit(review.OrganisationId, "review.escalate", review.Id, ("open", open));
        await ReviewNews.OverdueAsync(act, data, review, Reviewers.Owners(data), open, act.CancellationToken);
    }

    /// <summary>Off, not revoked: whoever needs such a key after all switches it on again. Roles stay.</summary>
    private static async Task SwitchOffAsync(SystemAct act, OrganisationScope data, AccessReviewRow review, HashSet<string> decided)
    {
        review.SilencedAtMs = act.NowMs;
        var items = await data.ReviewItems.Where(i => i.ReviewId == review.Id && i.Decision == null && i.SubjectKind == ReviewItemKinds.Key).ToListAsync(act.CancellationToken);
        items.RemoveAll(i => decided.Contains(i.Id));
        var keys = await data.Keys.Where(k => data.ReviewItems.Any(i => i.ReviewId == review.Id && i.Decision == null && i.SubjectId == k.Id)).ToDictionaryAsync(k => k.Id, act.CancellationToken);
        foreach (var item in items)
        {
            var key = keys[item.SubjectId];
            Decide(item, ReviewDecisions.Disabled, act);
            decided.Add(item.Id);
            if (!key.Enabled)
                continue;
            key.Enabled = false;
            key.UpdatedAtMs = Math.Max(act.NowMs, key.UpdatedAtMs + 1);
            act.Audit(review.OrganisationId, "key.disable", key.Id, ("reviewId", review.Id));
            act.KeyChanged(key.Id);
        }

        act.Audit(review.OrganisationId, "review.silence", review.Id, ("keys", items.Count));
        if (items.Count > 0)
            await ReviewNews.SilencedAsync(act, data, review, Reviewers.Owners(data), items.Count, act.CancellationToken);
    }

    private static void Decide(ReviewItemRow item, string decision, SystemAct act) => (item.Decision, item.DecidedBy, item.DecidedAtMs) = (decision, RunSystemAct.Actor, act.NowMs);

    private static Task<int> OpenAsync(OrganisationScope data, AccessReviewRow review, SystemAct act) => data.ReviewItems.CountAsync(i => i.ReviewId == review.Id && i.Decision == null, act.CancellationToken);
}
