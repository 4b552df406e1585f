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
        WholeOrganisation = true,
        Summary = "Delete an empty project",
        Description = "Refused while the project holds keys, revoked ones included: they are kept as evidence, and while a role names the project. Roles given in it end with it. The last project stays.",
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

        // Taken out of the list of a role that names it alone, the role would reach every project.
        if ((await call.Data.Roles.AsNoTracking().ToListAsync(call.CancellationToken)).FirstOrDefault(r => RightsReader.Parse(r.Permissions).Any(p => p.Projects?.Contains(project.Id) ?? false)) is { } naming)
            return new Refusal(ErrorCodes.Conflict, $"The role '{naming.Name}' names the project. Change the role first.");
        foreach (var assignment in await call.Data.Assignments.Where(a => a.ProjectId == project.Id).ToListAsync(call.CancellationToken))
        {
            call.Data.Remove(assignment);
            call.Audit("assignment.delete", assignment.Id, ("accountId", assignment.AccountId), ("roleId", assignment.RoleId), ("projectId", assignment.ProjectId));
            call.OwnerChanged(assignment.AccountId);
        }

        foreach (var invitation in await call.Data.Invitations.Where(i => i.ProjectId == project.Id && i.AcceptedAtMs == null && i.RevokedAtMs == null).ToListAsync(call.CancellationToken))
            invitation.RevokedAtMs = call.NowMs;
        call.Data.Remove(project);
        call.Audit("project.delete", project.Id, ("name", project.Name));
        return new Answer(null);
    }
}
