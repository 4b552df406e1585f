using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

/// <summary>Both sides write to an application: those who see it in its organisation, and those who decide it.</summary>
internal static class CommentOnQuota
{
    private const int TextCharsMax = 2000;

    public static readonly Operation AsApplicant = Make("commentOnQuotaApplication", "/quota-applications/{id}/comments", "For whoever sees the application.", QuotaAccess.MayNotRead, QuotaAccess.Readable);

    public static readonly Operation AsReviewer = Make("commentOnQuotaReview", "/reviews/quota/{id}/comments", "For whoever may decide the application: `quota.approve`, or `installation.quota` over all organisations.",
        QuotaAccess.MayNotReview, QuotaAccess.Reviewable);

    private static Operation Make(string name, string path, string description, Func<OperationCall, Refusal?> forbidden, Func<OperationCall, IQueryable<QuotaApplicationRow>> applications) => new()
    {
        Name = name,
        Method = "POST",
        Path = path,
        Permission = null,
        Summary = "Comment on a quota application",
        Description = description,
        Body = typeof(QuotaCommentBody),
        BodyExample = """{"text":"Which system do the calls come from?"}""",
        Answer = typeof(QuotaCommentAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = call => RunAsync(call, forbidden, applications),
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call, Func<OperationCall, Refusal?> forbidden, Func<OperationCall, IQueryable<QuotaApplicationRow>> applications)
    {
        var text = call.Body.Lines("text", TextCharsMax, required: true);
        if (forbidden(call) is { } may)
            return may;
        var application = await applications(call).AsNoTracking().SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken);
        if (application is null)
            return Outcome.NotFound;
        if (call.Refused() is { } refusal)
            return refusal;
        var all = QuotaAccess.ReviewsAll(call);
        var comments = all ? call.Installation.QuotaComments : call.Data.QuotaComments;
        var authors = await comments.Where(c => c.ApplicationId == application.Id).Select(c => c.AuthorId).ToListAsync(call.CancellationToken);
        if (authors.Count >= QuotaView.CommentsMax)
            return new Refusal(ErrorCodes.Conflict, $"The application has {QuotaView.CommentsMax} comments, which is the most there can be.");

        var row = new QuotaCommentRow { Id = ObjectId.New(ObjectId.QuotaComment, call.Now), ApplicationId = application.Id, OrganisationId = application.OrganisationId, AuthorId = QuotaAccess.Self(call), Text = text!, CreatedAtMs = call.NowMs };
        if (application.OrganisationId == call.Caller.OrganisationId) call.Data.Add(row);
        else call.Installation.Add(row);
        call.AuditIn(application.OrganisationId, "quota.comment", application.Id, ("commentId", row.Id));
        await QuotaNotices.CommentedAsync(call, call.Accounts.Context, application, authors);
        return new Answer(QuotaView.Of(row), OperationCall.Path("quota-applications", application.Id));
    }
}
