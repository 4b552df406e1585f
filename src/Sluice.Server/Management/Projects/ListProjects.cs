using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Projects;

internal static class ListProjects
{
    public static readonly Operation Operation = new()
    {
        Name = "listProjects",
        Method = "GET",
        Path = "/projects",
        Permission = Permissions.ProjectsRead,
        Summary = "List projects, newest first",
        Query = PageQuery.Parameters,
        Answer = typeof(Page<ProjectAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Project, place));
        if (call.Refused() is { } refusal)
            return refusal;
        var projects = call.Data.Projects;
        if (page.After is { } after)
            projects = projects.Where(p => string.Compare(p.Id, after) < 0);
        var rows = await projects.OrderByDescending(p => p.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<ProjectAnswer>
        {
            Data = [.. rows.Take(page.Limit).Select(ProjectView.Of)],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }
}
