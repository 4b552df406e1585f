using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Reviews;

namespace Sluice.Server.Management.AccessReviews;

internal static class VerifyEvidence
{
    public static readonly Operation Operation = new()
    {
        Name = "verifyAccessReviewEvidence",
        Method = "POST",
        Path = "/access-reviews/{id}/evidence/verify",
        Permission = Permissions.ReviewsRead,
        Summary = "Check a file of evidence",
        Description = "Says whether a file is an export of this review as it was signed when it was finished. Of the file only the SHA-256 of all but its last line is asked for: `sed '$d' file | sha256sum`.",
        Body = typeof(ReviewEvidenceBody),
        BodyExample = """{"format":"csv","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}""",
        Answer = typeof(ReviewEvidenceAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var format = call.Body.OneOf("format", [EvidenceFile.Csv, EvidenceFile.Html], required: true);
        var sha256 = call.Body.Text("sha256", 64, required: true);
        if (sha256 is not null && (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigit)))
            call.Body.Refuse("sha256", ErrorCodes.InvalidValue, "'sha256' must be 64 hexadecimal digits.");
        if (call.Refused() is { } refusal)
            return refusal;
        if (await call.Data.AccessReviews.SingleOrDefaultAsync(r => r.Id == call.Id, call.CancellationToken) is not { } review)
            return Outcome.NotFound;
        if (ExportEvidence.Missing(review) is { } missing)
            return missing;
        var file = EvidenceFile.Of(review.Evidence!, format!, call.Tools.ReviewSeal);
        var problem = !ReviewEvidence.Holds(review, call.Tools.ReviewSeal) ? "The evidence in the database is not as it was signed when the review was finished."
            : !file.Sha256.Equals(sha256, StringComparison.OrdinalIgnoreCase) ? "The file is not an export of this review, or was changed."
            : null;
        return new Answer(new ReviewEvidenceAnswer { Holds = problem is null, Problem = problem, Sha256 = file.Sha256, Hmac = file.Hmac });
    }
}
