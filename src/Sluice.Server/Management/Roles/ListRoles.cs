using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

internal static class ListRoles
{
    public static readonly Operation Operation = new()
    {
        Name = "listRoles",
        Method = "GET",
        Path = "/roles",
        Permission = Permissions.RolesRead,
        Summary = "List the roles there are, built-in ones first",
        Description = "All at once; there is no next page.",
        Answer = typeof(Page<RoleAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var rows = await call.Data.Roles.OrderByDescending(r => r.Id).ToListAsync(call.CancellationToken);
        var counts = await call.Data.Assignments.GroupBy(a => a.RoleId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, call.CancellationToken);
        return new Answer(new Page<RoleAnswer>
        {
            Data =
            [
                .. BuiltInRoles.All.Where(r => r.Id != BuiltInRoles.OperatorId || call.Caller.IsOperator).Select(r => RoleView.Of(r, null, counts.GetValueOrDefault(r.Id))),
                .. rows.Select(r => RoleView.Of(RightsReader.Of(r), r, counts.GetValueOrDefault(r.Id))),
            ],
        });
    }
}
