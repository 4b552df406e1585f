using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Storage;

namespace Sluice.Server.Reviews;

/// <summary>Tells people of a review, in their own language, here and by mail.</summary>
internal static class ReviewNews
{
    public static Task BegunAsync(Trace telling, OrganisationScope data, AccessReviewRow review, IQueryable<AccountRow> reviewers, int items, CancellationToken cancellationToken) =>
        TellAsync(telling, data, review, reviewers, "review.due", (organisation, link) => new ReviewDue(organisation, items, At(review.DueAtMs), link),
            $"The access review \"{review.Name}\" waits for you: {Number(items)} keys and roles, until {Day(review.DueAtMs)}.", $"访问审查“{review.Name}”待您处理：共 {Number(items)} 项密钥与角色，截止 {Day(review.DueAtMs)}。", cancellationToken);

    public static Task DueAsync(Trace telling, OrganisationScope data, AccessReviewRow review, IQueryable<AccountRow> reviewers, int open, CancellationToken cancellationToken) =>
        TellAsync(telling, data, review, reviewers, "review.due", (organisation, link) => new ReviewDue(organisation, open, At(review.DueAtMs), link),
            $"The access review \"{review.Name}\" is due on {Day(review.DueAtMs)}, and {Number(open)} items are open.", $"访问审查“{review.Name}”将于 {Day(review.DueAtMs)} 到期，尚有 {Number(open)} 项未处理。", cancellationToken);

    public static Task OverdueAsync(Trace telling, OrganisationScope data, AccessReviewRow review, IQueryable<AccountRow> owners, int open, CancellationToken cancellationToken)
    {
        var disables = review.DisablesAtMs();
        return TellAsync(telling, data, review, owners, "review.overdue", (organisation, link) => new ReviewOverdue(organisation, open, At(review.DueAtMs), disables is { } ms ? At(ms) : null, link),
            $"The access review \"{review.Name}\" was due on {Day(review.DueAtMs)}, and {Number(open)} items are still open." + (disables is { } at ? $" Keys that nobody decides on are switched off on {Day(at)}." : ""),
            $"访问审查“{review.Name}”已于 {Day(review.DueAtMs)} 到期，仍有 {Number(open)} 项未处理。" + (disables is { } off ? $"未处理的密钥将于 {Day(off)} 停用。" : ""), cancellationToken);
    }

    public static Task SilencedAsync(Trace telling, OrganisationScope data, AccessReviewRow review, IQueryable<AccountRow> owners, int keys, CancellationToken cancellationToken) =>
        TellAsync(telling, data, review, owners, "review.silenced", null,
            $"{Number(keys)} keys were switched off because nobody decided on them in the access review \"{review.Name}\". They can be switched on again.", $"因访问审查“{review.Name}”中无人处理，{Number(keys)} 个密钥已停用，可重新启用。", cancellationToken);

    public static Task EndedAsync(Trace telling, OrganisationScope data, AccessReviewRow review, IQueryable<AccountRow> owners, IReadOnlyList<ReviewItemRow> items, CancellationToken cancellationToken)
    {
        var kept = items.Count(i => i.Decision is ReviewDecisions.Confirmed or ReviewDecisions.Narrowed);
        var revoked = items.Count(i => i.Decision is ReviewDecisions.Revoked or ReviewDecisions.Gone);
        return TellAsync(telling, data, review, owners, "review.finished", (organisation, link) => new ReviewEnded(organisation, kept, revoked, items.Count - kept - revoked, link),
            $"The access review \"{review.Name}\" is finished: {Number(kept)} of {Number(items.Count)} items stay. Its evidence can be exported.", $"访问审查“{review.Name}”已完成：{Number(items.Count)} 项中保留 {Number(kept)} 项，可导出存档。", cancellationToken);
    }

    /// <summary>When keys that nobody decided on are switched off.</summary>
    public static long? DisablesAtMs(this AccessReviewRow review) => review.DisableAfterDays is { } days ? At(review.DueAtMs).AddDays(days).ToUnixTimeMilliseconds() : null;

    /// <param name="mail">By the organisation's name and a link; without one, a mail says what the notification says.</param>
    private static async Task TellAsync(Trace telling, OrganisationScope data, AccessReviewRow review, IQueryable<AccountRow> people, string kind, Func<string, Uri, MessageText>? mail, string english, string chinese, CancellationToken cancellationToken)
    {
        var organisation = await data.Organisations.AsNoTracking().Select(o => o.Name).SingleAsync(cancellationToken);
        var link = new Uri($"{telling.BaseUrl}/console/access-reviews/{review.Id}");
        foreach (var person in await people.ToListAsync(cancellationToken))
        {
            telling.Notify([person.Id], review.OrganisationId, kind, review.Id, person.Language.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? chinese : english);
            if (mail is not null && person is { EmailConfirmed: true, Email: not null })
                telling.Send(mail(organisation, link).ToAccount(person) with { OrganisationId = review.OrganisationId });
        }
    }

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static string Day(long ms) => At(ms).UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
