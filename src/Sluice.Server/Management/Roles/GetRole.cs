using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

internal static class GetRole
{
    public static readonly Operation Operation = new()
    {
        Name = "getRole",
        Method = "GET",
        Path = "/roles/{id}",
        Permission = Permissions.RolesRead,
        Summary = "Get a role",
        Answer = typeof(RoleAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (await call.Data.Roles.SingleOrDefaultAsync(r => r.Id == call.Id, call.CancellationToken) is { } row)
            return new Answer(await RoleView.OfAsync(call, row), Version: row.UpdatedAtMs);
        return await Giving.FindAsync(call, call.Id) is { } builtIn
            ? Outcome.Of(RoleView.Of(builtIn, null, await call.Data.Assignments.CountAsync(a => a.RoleId == builtIn.Id, call.CancellationToken)))
            : Outcome.NotFound;
    }
}
