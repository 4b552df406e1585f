using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.AccessReviews;

/// <summary>Says of one key or role that it stays, that it gets the smaller scope, or that it is taken away.</summary>
internal static class DecideItem
{
    public static readonly Operation Confirm = Make("confirmAccessReviewItem", ReviewVerbs.Confirm, "Keep a key or role as it is", "Nobody confirms what is their own, unless there is nobody else who could.");
    public static readonly Operation Narrow = Make("narrowAccessReviewItem", ReviewVerbs.Narrow, "Give a key or role the smaller scope that is proposed",
        "What the key was used for since the review began is kept too; nothing is ever widened. In force on this node when the call returns.");
    public static readonly Operation Revoke = Make("revokeAccessReviewItem", ReviewVerbs.Revoke, "Revoke a key or take a role away", "In force on this node when the call returns. The organisation's last owner stays, and only an owner takes that role away.");

    private static Operation Make(string name, string verb, string summary, string description) => new()
    {
        Name = name,
        Method = "POST",
        Path = $"/access-reviews/{{id}}/items/{{item}}/{verb}",
        Permission = Permissions.ReviewsWrite,
        Summary = summary,
        Description = description + " When it was the last open item, the review is finished and does not change again.",
        Body = typeof(ReviewNoteBody),
        BodyOptional = true,
        BodyExample = """{"note":"Asked the team, still needed."}""",
        Answer = typeof(ReviewItemAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Prepare = call => PrepareAsync(call, verb),
        Run = call => RunAsync(call, verb),
    };

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call, string verb)
    {
        call.Prepared = verb == ReviewVerbs.Narrow ? await ItemDecision.UsedSinceAsync(call, [call.Item]) : [];
        return null;
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call, string verb)
    {
        var note = call.Body.Text("note", ItemDecision.NoteCharsMax);
        if (call.Refused() is { } refusal)
            return refusal;
        if (await ItemDecision.BeginAsync(call) is { } demoted)
            return demoted;
        var review = await call.Data.AccessReviews.SingleOrDefaultAsync(r => r.Id == call.Id, call.CancellationToken);
        var item = await call.Data.ReviewItems.SingleOrDefaultAsync(i => i.ReviewId == call.Id && i.Id == call.Item, call.CancellationToken);
        if (review is null || item is null)
            return Outcome.NotFound;
        var decision = new ItemDecision(call, review, (IReadOnlyList<KeyUsage>)call.Prepared!);
        if (await decision.ApplyAsync(item, verb, note) is { } refused)
            return refused;
        await decision.EndAsync();
        var answer = (await ReviewView.OfAsync(call, [item]))[0];
        return decision.Decided.Count == 0 ? call.AsItWas(answer) : new Answer(answer);
    }
}
