using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;

namespace Sluice.Server.Management.Enterprise;

internal static class RejectEnterprise
{
    public static readonly Operation Operation = new()
    {
        Name = "rejectEnterpriseApplication",
        Method = "POST",
        Path = "/reviews/enterprise/{id}/reject",
        Permission = Permissions.InstallationVerifications,
        Summary = "Reject an application for enterprise verification",
        Body = typeof(RejectBody),
        BodyExample = """{"reason":"The licence cannot be read. Please send a sharper picture."}""",
        Answer = typeof(EnterpriseReviewAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var reason = call.Body.Lines("reason", DecideEnterprise.ReasonCharsMax, required: true);
        var row = await call.Installation.EnterpriseApplications.SingleOrDefaultAsync(e => e.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (call.Refused() is { } refusal)
            return refusal;
        if (await DecideEnterprise.RefusedAsync(call, row) is { } refused)
            return refused;
        if (!await DecideEnterprise.ClaimAsync(call.Installation.EnterpriseApplications, row, EnterpriseStatuses.Rejected, call.CancellationToken))
            return DecideEnterprise.Decided(row);

        DecideEnterprise.Note(call, row, reason);
        DecideQuota.Audit(call, row.OrganisationId, "verification.reject", row.Id);
        var shown = (await EnterpriseView.ReviewsOfAsync(call, [row]))[0];
        await EnterpriseNotices.RejectedAsync(call, row, shown.OrganisationName);
        return new Answer(shown, Version: row.UpdatedAtMs);
    }
}
