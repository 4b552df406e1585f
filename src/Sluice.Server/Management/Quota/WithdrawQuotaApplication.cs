using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Quota;

internal static class WithdrawQuotaApplication
{
    public static readonly Operation Operation = new()
    {
        Name = "withdrawQuotaApplication",
        Method = "POST",
        Path = "/quota-applications/{id}/withdraw",
        Permission = Permissions.QuotaRequest,
        Summary = "Withdraw an open quota application",
        Description = "For the applicant alone.",
        Answer = typeof(QuotaApplicationAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var self = QuotaAccess.Self(call);
        var row = await QuotaAccess.Readable(call).SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (row.ApplicantId != self)
            return new Refusal(ErrorCodes.PermissionDenied, "Only the applicant can withdraw it; whoever may decide it can reject it.");
        if (row.Status == QuotaStatuses.Withdrawn)
            return call.AsItWas((await QuotaView.OfAsync(call, [row]))[0]);
        if (!await DecideQuota.ClaimAsync(QuotaAccess.Readable(call), row, QuotaStatuses.Withdrawn, call.CancellationToken))
            return DecideQuota.Decided(row);
        row.UpdatedAtMs = call.Touch(row.UpdatedAtMs);
        call.Audit("quota.withdraw", row.Id, ("keyId", row.KeyId), ("limit", row.LimitKind));
        return new Answer((await QuotaView.OfAsync(call, [row]))[0], Version: row.UpdatedAtMs);
    }
}
