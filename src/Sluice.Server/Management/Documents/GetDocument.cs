using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Documents;

internal static class GetDocument
{
    public static readonly Operation Operation = new()
    {
        Name = "getDocument",
        Method = "GET",
        Path = "/documents/{id}",
        Permission = null,
        Summary = "Get the content of an uploaded file",
        Description = "Answers the file itself, to be saved. A licence is for reviewers (`installation.verifications`) and for those of its organisation with `verification.read`; a document of a "
            + "quota application is for whoever sees the application.",
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        // Who may not see it is told the same as who asks for one that there is not.
        if (await FindAsync(call) is not { } document)
            return Outcome.NotFound;
        return call.Tools.Sealer.TryOpenBytes(document.SealedContent, document.Id, document.Purpose, document.OrganisationId, out var content)
            ? new Answer(null) { File = new AnsweredFile(content, document.MediaType, document.FileName) }
            : new Refusal(ErrorCodes.InternalError, "The document was changed in the database, or its master key is gone. The operator must restore both from one backup.");
    }

    private static async Task<DocumentRow?> FindAsync(OperationCall call)
    {
        var mayReview = call.Caller.May(Permissions.InstallationVerifications);
        if (mayReview && await call.Installation.Documents.SingleOrDefaultAsync(d => d.Id == call.Id && d.Purpose == DocumentPurposes.Licence, call.CancellationToken) is { } reviewed)
            return reviewed;
        if (call.Caller.May(Permissions.VerificationRead) && await call.Data.Documents.SingleOrDefaultAsync(d => d.Id == call.Id && d.Purpose == DocumentPurposes.Licence, call.CancellationToken) is { } own)
            return own;
        if (!await QuotaAccess.Readable(call).AnyAsync(a => a.DocumentId == call.Id, call.CancellationToken)
            && !(QuotaAccess.MayNotReview(call) is null && await QuotaAccess.Reviewable(call).AnyAsync(a => a.DocumentId == call.Id, call.CancellationToken)))
            return null;
        var documents = QuotaAccess.ReviewsAll(call) ? call.Installation.Documents : call.Data.Documents;
        return await documents.SingleOrDefaultAsync(d => d.Id == call.Id && d.Purpose == DocumentPurposes.Quota, call.CancellationToken);
    }
}
