using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Reviews;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.AccessReviews;

internal static class ExportEvidence
{
    public static readonly Operation Operation = new()
    {
        Name = "exportAccessReviewEvidence",
        Method = "GET",
        Path = "/access-reviews/{id}/evidence",
        Permission = Permissions.ReviewsRead,
        Summary = "Export the evidence of a finished review",
        Description = "A table (`csv`) or a page to print (`html`), always the same bytes. The last line carries the SHA-256 of everything before it and a signature of that, which the operation `verifyAccessReviewEvidence` checks. People stand in it as ids. "
            + "The export leaves an entry in the audit log.",
        Query = [new("format", "`csv` where left out.", EvidenceFile.Csv, EvidenceFile.Html)],
        Streams = ["text/csv", "text/html"],
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var format = call.Query.OneOf("format", EvidenceFile.Csv, EvidenceFile.Html) ?? EvidenceFile.Csv;
        if (call.Refused() is { } refusal)
            return refusal;
        if (await call.Data.AccessReviews.AsNoTracking().SingleOrDefaultAsync(r => r.Id == call.Id, call.CancellationToken) is not { } review)
            return Outcome.NotFound;
        if (Missing(review) is { } missing)
            return missing;
        if (!ReviewEvidence.Holds(review, call.Tools.ReviewSeal))
            return new Refusal(ErrorCodes.Conflict, "The evidence is not as it was signed when the review was finished: somebody changed it in the database. Restore it from a backup.");
        var file = EvidenceFile.Of(review.Evidence!, format, call.Tools.ReviewSeal);
        call.Audit("review.export", review.Id, ("format", format), ("sha256", file.Sha256));
        return new Answer(null)
        {
            Streamed = new StreamedBody(format == EvidenceFile.Csv ? "text/csv; charset=utf-8; header=present" : "text/html; charset=utf-8", $"access-review-{review.Id}.{format}", async (body, token) =>
            {
                await body.WriteAsync(file.Content, token);
                await body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(file.LastLine), token);
            }),
        };
    }

    public static Refusal? Missing(AccessReviewRow review) => review.Evidence is null
        ? new Refusal(ErrorCodes.Conflict, "The review is not finished; until every item is decided there is no evidence.")
        : null;
}
