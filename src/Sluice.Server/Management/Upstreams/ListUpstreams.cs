using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Upstreams;

internal static class ListUpstreams
{
    public static readonly Operation Operation = new()
    {
        Name = "listUpstreams",
        Method = "GET",
        Path = "/upstreams",
        Permission = Permissions.UpstreamsRead,
        Summary = "List upstreams, configured ones first",
        Description = "All on one page: there are few.",
        Answer = typeof(Page<UpstreamAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var stored = await call.Data.Upstreams.OrderByDescending(u => u.Id).ToListAsync(call.CancellationToken);
        return new Answer(new Page<UpstreamAnswer>
        {
            Data = [.. call.Tools.ConfiguredUpstreams.Select(UpstreamView.Of), .. stored.Select(UpstreamView.Of)],
        });
    }
}
