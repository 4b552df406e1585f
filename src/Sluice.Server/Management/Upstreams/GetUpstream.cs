using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Upstreams;

internal static class GetUpstream
{
    public static readonly Operation Operation = new()
    {
        Name = "getUpstream",
        Method = "GET",
        Path = "/upstreams/{id}",
        Permission = Permissions.UpstreamsRead,
        Summary = "Get an upstream",
        Answer = typeof(UpstreamAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Tools.ConfiguredUpstreams.FirstOrDefault(u => u.Id == call.Id) is { } configured)
            return new Answer(UpstreamView.Of(configured));
        return await call.Data.Upstreams.SingleOrDefaultAsync(u => u.Id == call.Id, call.CancellationToken) is { } row
            ? new Answer(UpstreamView.Of(row), Version: row.UpdatedAtMs)
            : Outcome.NotFound;
    }
}
