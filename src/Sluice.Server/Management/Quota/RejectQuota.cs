using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Quota;

internal static class RejectQuota
{
    public static readonly Operation Operation = new()
    {
        Name = "rejectQuotaApplication",
        Method = "POST",
        Path = "/reviews/quota/{id}/reject",
        Permission = null,
        Summary = "Reject a quota application",
        Description = "With `quota.approve` one of the organisation; with `installation.quota` any. Nobody rejects their own: it is withdrawn.",
        Body = typeof(RejectBody),
        BodyExample = """{"reason":"The test can run with the limit that there is."}""",
        Answer = typeof(QuotaApplicationAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var reason = call.Body.Lines("reason", DecideQuota.ReasonCharsMax, required: true);
        if (QuotaAccess.MayNotReview(call) is { } may)
            return may;
        var row = await QuotaAccess.Reviewable(call).SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (call.Refused() is { } refusal)
            return refusal;
        if (await DecideQuota.RefusedAsync(call, row) is { } refused)
            return refused;
        if (!await DecideQuota.ClaimAsync(QuotaAccess.Reviewable(call), row, QuotaStatuses.Rejected, call.CancellationToken))
            return DecideQuota.Decided(row);

        DecideQuota.Note(call, row, reason);
        DecideQuota.Audit(call, row.OrganisationId, "quota.reject", row.Id, ("keyId", row.KeyId), ("limit", row.LimitKind));
        var key = await DecideQuota.KeyAsync(call, row.KeyId);
        await QuotaNotices.DecidedAsync(call, call.Accounts.Context, row, key.Name, key.OwnerId);
        return new Answer(await QuotaView.WithCommentsAsync(call, row, QuotaAccess.ReviewsAll(call)), Version: row.UpdatedAtMs);
    }
}
