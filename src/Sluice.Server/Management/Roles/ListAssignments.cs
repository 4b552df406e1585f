using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Members;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

internal static class ListAssignments
{
    public static readonly Operation Operation = new()
    {
        Name = "listAssignments",
        Method = "GET",
        Path = "/assignments",
        Permission = Permissions.RolesRead,
        Summary = "List who holds which role, newest first",
        Query =
        [
            .. PageQuery.Parameters,
            new("accountId", "Roles of this member only."),
            new("roleId", "Holders of this role only."),
            new("projectId", "Roles given in this project only; those given in the whole organisation hold there too and are not listed by it."),
        ],
        Answer = typeof(Page<AssignmentAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Assignment, place));
        var accountId = call.Query.Text("accountId", 64);
        var roleId = call.Query.Text("roleId", 64);
        var projectId = call.Query.Text("projectId", 64);
        if (call.Refused() is { } refusal)
            return refusal;
        var assignments = call.Data.Assignments;
        if (page.After is { } after)
            assignments = assignments.Where(a => string.Compare(a.Id, after) < 0);
        if (accountId is not null)
            assignments = assignments.Where(a => a.AccountId == accountId);
        if (roleId is not null)
            assignments = assignments.Where(a => a.RoleId == roleId);
        if (projectId is not null)
            assignments = assignments.Where(a => a.ProjectId == projectId);
        var rows = await assignments.OrderByDescending(a => a.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        var names = await MemberView.RoleNamesAsync(call);
        return new Answer(new Page<AssignmentAnswer>
        {
            Data = [.. rows.Take(page.Limit).Select(a => AssignmentView.Of(a, names))],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }
}
