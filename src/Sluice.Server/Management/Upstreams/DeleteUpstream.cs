using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Upstreams;

internal static class DeleteUpstream
{
    public static readonly Operation Operation = new()
    {
        Name = "deleteUpstream",
        Method = "DELETE",
        Path = "/upstreams/{id}",
        Permission = Permissions.UpstreamsWrite,
        Summary = "Delete an upstream and its key",
        Description = "Calls under way are finished.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Tools.ConfiguredUpstreams.Any(u => u.Id == call.Id))
            return UpdateUpstream.Configured;
        var row = await call.Data.Upstreams.SingleOrDefaultAsync(u => u.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        call.Data.Remove(row);
        call.Audit("upstream.delete", row.Id, ("name", row.Name));
        call.UpstreamChanged(row.Id);
        return new Answer(null);
    }
}
