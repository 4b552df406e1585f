using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Quota;

internal static class GetQuotaApplication
{
    public static readonly Operation Operation = new()
    {
        Name = "getQuotaApplication",
        Method = "GET",
        Path = "/quota-applications/{id}",
        Permission = null,
        Summary = "Get a quota application with its comments",
        Description = "With `quota.request` one's own; with `quota.read` or `quota.approve` any.",
        Answer = typeof(QuotaApplicationAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if ((QuotaAccess.MayNotRead(call) ?? call.Refused()) is { } refusal)
            return refusal;
        return await QuotaAccess.Readable(call).SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken) is { } row
            ? new Answer(await QuotaView.WithCommentsAsync(call, row), Version: row.UpdatedAtMs)
            : Outcome.NotFound;
    }
}
