using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Projects;

internal static class DeleteProject
{
    public static readonly Operation Operation = new()
    {
        Name = "deleteProject",
        Method = "DELETE",
        Path = "/projects/{id}",
        Permission = Permissions.ProjectsWrite,
        Summary = "Delete an empty project",
        Description = "Refused while the project holds keys, revoked ones included: they are kept as evidence. The last project stays.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var project = await call.Data.Projects.SingleOrDefaultAsync(p => p.Id == call.Id, call.CancellationToken);
        if (project is null)
            return Outcome.NotFound;
        var keys = await call.Data.Keys.CountAsync(k => k.ProjectId == project.Id, call.CancellationToken);
        if (keys > 0)
            return new Refusal(ErrorCodes.Conflict, $"The project holds {keys} keys, revoked ones included, so it cannot be deleted.");
        if (await call.Data.Projects.CountAsync(call.CancellationToken) == 1)
            return new Refusal(ErrorCodes.Conflict, "It is the organisation's last project, which stays: keys need one.");

        call.Data.Remove(project);
        call.Audit("project.delete", project.Id, ("name", project.Name));
        return new Answer(null);
    }
}
