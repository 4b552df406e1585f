using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Enterprise;

internal static class WithdrawEnterprise
{
    public static readonly Operation Operation = new()
    {
        Name = "withdrawEnterpriseApplication",
        Method = "POST",
        Path = "/enterprise-applications/{id}/withdraw",
        Permission = Permissions.VerificationApply,
        Summary = "Withdraw an open application for enterprise verification",
        Answer = typeof(EnterpriseApplicationAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var row = await call.Data.EnterpriseApplications.SingleOrDefaultAsync(e => e.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (row.Status == EnterpriseStatuses.Withdrawn)
            return call.AsItWas((await EnterpriseView.OfAsync(call, [row]))[0]);
        if (!await DecideEnterprise.ClaimAsync(call.Data.EnterpriseApplications, row, EnterpriseStatuses.Withdrawn, call.CancellationToken))
            return DecideEnterprise.Decided(row);
        row.UpdatedAtMs = call.Touch(row.UpdatedAtMs);
        call.Audit("verification.withdraw", row.Id);
        return new Answer((await EnterpriseView.OfAsync(call, [row]))[0], Version: row.UpdatedAtMs);
    }
}
