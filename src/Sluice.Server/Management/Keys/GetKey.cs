using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

internal static class GetKey
{
    public static readonly Operation Operation = new()
    {
        Name = "getKey",
        Method = "GET",
        Path = "/keys/{id}",
        Permission = Permissions.KeysRead,
        Summary = "Get a key with its use today",
        Answer = typeof(KeyAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        return await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken) is { } key
            ? new Answer(await KeyView.OfAsync(call, key, withUsage: true), Version: key.UpdatedAtMs)
            : Outcome.NotFound;
    }
}
