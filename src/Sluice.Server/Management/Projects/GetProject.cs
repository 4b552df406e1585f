using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Projects;

internal static class GetProject
{
    public static readonly Operation Operation = new()
    {
        Name = "getProject",
        Method = "GET",
        Path = "/projects/{id}",
        Permission = Permissions.ProjectsRead,
        Summary = "Get a project",
        Answer = typeof(ProjectAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        return await call.Data.Projects.SingleOrDefaultAsync(p => p.Id == call.Id, call.CancellationToken) is { } project
            ? new Answer(ProjectView.Of(project), Version: project.UpdatedAtMs)
            : Outcome.NotFound;
    }
}
