using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Playground;

internal static class EndPlayground
{
    public static readonly Operation Operation = new()
    {
        Name = "endPlayground",
        Method = "DELETE",
        Path = "/playground-sessions/{id}",
        Permission = null,
        Summary = "End a playground's token",
        Description = "One's own, those on one's own keys, and any in projects where the caller has `keys.write`. Refused on this node when the call returns, and on every other within a second. Doing it again changes nothing.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var publicId = PlaygroundTokens.PublicIdOf(call.Id);
        var row = await call.Data.PlaygroundCredentials.SingleOrDefaultAsync(c => c.PublicId == publicId, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        var key = await call.Data.Keys.AsNoTracking().SingleAsync(k => k.Id == row.KeyId, call.CancellationToken);
        if (row.MadeBy != call.Caller.ActorId && !PlaygroundKey.IsOwn(call, key) && !(call.Caller.May(Permissions.KeysWrite) && call.Caller.Rights.AllowsIn(Permissions.KeysWrite, key.ProjectId)))
            return Outcome.NotFound;
        if (row.ExpiresAtMs <= call.NowMs)
            return call.AsItWas(null);
        row.ExpiresAtMs = call.NowMs;
        call.Audit("key.playground.end", row.KeyId, ("publicId", row.PublicId));
        call.KeyChanged(row.KeyId);
        return new Answer(null);
    }
}
