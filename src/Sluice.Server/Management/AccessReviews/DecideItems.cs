using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.AccessReviews;

internal static class DecideItems
{
    private const int DecisionsMax = 200;
    private static readonly string[] Verbs = [ReviewVerbs.Confirm, ReviewVerbs.Narrow, ReviewVerbs.Revoke];

    public static readonly Operation Operation = new()
    {
        Name = "decideAccessReviewItems",
        Method = "POST",
        Path = "/access-reviews/{id}/decide",
        Permission = Permissions.ReviewsWrite,
        Summary = "Decide several keys and roles at once",
        Description = "As if each had been decided by itself, but all or none: a decision that cannot be carried out refuses the call and is named.",
        Body = typeof(ReviewDecisionsBody),
        BodyExample = """{"decisions":[{"itemId":"rvi_…","decision":"narrow"},{"itemId":"rvi_…","decision":"revoke","note":"Left the team."}]}""",
        Answer = typeof(ReviewDecisionsAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var asked = new List<Asked>();
        foreach (var entry in call.Body.Objects("decisions", DecisionsMax, required: true) ?? [])
        {
            var one = new Asked(entry.Text("itemId", 64, required: true), entry.OneOf("decision", Verbs, required: true), entry.Text("note", ItemDecision.NoteCharsMax));
            if (one.ItemId is not null && asked.Exists(a => a.ItemId == one.ItemId))
                entry.Refuse("itemId", ErrorCodes.InvalidValue, "The same item stands twice among the decisions.");
            asked.Add(one);
        }

        if (call.Body.Has("decisions") && asked.Count == 0)
            call.Body.Refuse("decisions", ErrorCodes.InvalidValue, "'decisions' must have at least one entry.");
        if (call.Refused() is { } refusal)
            return refusal;
        call.Prepared = (asked, await ItemDecision.UsedSinceAsync(call, [.. asked.Where(a => a.Verb == ReviewVerbs.Narrow).Select(a => a.ItemId!)]));
        return null;
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (asked, used) = ((List<Asked>, IReadOnlyList<KeyUsage>))call.Prepared!;
        if (await ItemDecision.BeginAsync(call) is { } demoted)
            return demoted;
        if (await call.Data.AccessReviews.SingleOrDefaultAsync(r => r.Id == call.Id, call.CancellationToken) is not { } review)
            return Outcome.NotFound;
        var ids = asked.Select(a => a.ItemId!).ToList();
        var items = await call.Data.ReviewItems.Where(i => i.ReviewId == review.Id && ids.Contains(i.Id)).ToDictionaryAsync(i => i.Id, call.CancellationToken);
        var decision = new ItemDecision(call, review, used);
        var decided = new List<ReviewItemRow>();
        for (var at = 0; at < asked.Count; at++)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"decisions[{at}]");
            if (!items.TryGetValue(asked[at].ItemId!, out var item))
                return Refusal.Of([new(place + ".itemId", ErrorCodes.InvalidValue, $"'{place}.itemId' is not the id of an item of this review.")])!;
            if (await decision.ApplyAsync(item, asked[at].Verb!, asked[at].Note) is { } refused)
                return refused with { Detail = $"{place} ({item.Id}): {refused.Detail}", Fields = [new(place, refused.Code, refused.Detail ?? "")] };
            decided.Add(item);
        }

        await decision.EndAsync();
        var answer = new ReviewDecisionsAnswer { Review = await decision.ReviewAsync(), Items = await ReviewView.OfAsync(call, decided) };
        return decision.Decided.Count == 0 ? call.AsItWas(answer) : new Answer(answer);
    }

    private sealed record Asked(string? ItemId, string? Verb, string? Note);
}
