using System.Globalization;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Reviews;

/// <summary>Tells people of a review.</summary>
internal static class ReviewNews
{
    public static void Begun(ITelling telling, AccessReviewRow review, IEnumerable<AccountRow> reviewers, int items) =>
        Tell(telling, review, reviewers, "review.due", $"The access review \"{review.Name}\" waits for you: {Number(items)} keys and roles, until {Day(review.DueAtMs)}.");

    public static void Due(ITelling telling, AccessReviewRow review, IEnumerable<AccountRow> reviewers, int open) =>
        Tell(telling, review, reviewers, "review.due", $"The access review \"{review.Name}\" is due on {Day(review.DueAtMs)}, and {Number(open)} items are open.");

    public static void Overdue(ITelling telling, AccessReviewRow review, IEnumerable<AccountRow> owners, int open) =>
        Tell(telling, review, owners, "review.overdue", $"The access review \"{review.Name}\" was due on {Day(review.DueAtMs)}, and {Number(open)} items are still open."
            + (review.DisablesAtMs() is { } disables ? $" Keys that nobody decides on are switched off on {Day(disables)}." : ""));

    public static void Silenced(ITelling telling, AccessReviewRow review, IEnumerable<AccountRow> owners, int keys) =>
        Tell(telling, review, owners, "review.silenced", $"{Number(keys)} keys were switched off because nobody decided on them in the access review \"{review.Name}\". They can be switched on again.");

    public static void Ended(ITelling telling, AccessReviewRow review, IEnumerable<AccountRow> owners, IReadOnlyList<ReviewItemRow> items) =>
        Tell(telling, review, owners, "review.finished", $"The access review \"{review.Name}\" is finished: {Number(items.Count(i => i.Decision == ReviewDecisions.Confirmed))} of {Number(items.Count)} items stay as they are. Its evidence can be exported.");

    /// <summary>When keys that nobody decided on are switched off.</summary>
    public static long? DisablesAtMs(this AccessReviewRow review) =>
        review.DisableAfterDays is { } days ? DateTimeOffset.FromUnixTimeMilliseconds(review.DueAtMs).AddDays(days).ToUnixTimeMilliseconds() : null;

    private static void Tell(ITelling telling, AccessReviewRow review, IEnumerable<AccountRow> people, string kind, string text) =>
        telling.Notify(people.Select(p => p.Id), review.OrganisationId, kind, review.Id, text);

    private static string Day(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
