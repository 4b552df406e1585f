using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Projects;

internal static class UpdateProject
{
    public static readonly Operation Operation = new()
    {
        Name = "updateProject",
        Method = "PATCH",
        Path = "/projects/{id}",
        Permission = Permissions.ProjectsWrite,
        Summary = "Change a project",
        Body = typeof(UpdateProjectBody),
        BodyExample = """{"name":"Website (EU)"}""",
        Answer = typeof(ProjectAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var name = call.Body.Text("name", ProjectView.NameCharsMax);
        call.Body.RefuseNull("name");
        var project = await call.Data.Projects.SingleOrDefaultAsync(p => p.Id == call.Id, call.CancellationToken);
        if (project is null)
            return Outcome.NotFound;
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.OtherVersion(project.UpdatedAtMs) is { } other)
            return other;
        if (name is null || name == project.Name)
            return call.AsItWas(ProjectView.Of(project));

        project.Name = name;
        project.UpdatedAtMs = call.Touch(project.UpdatedAtMs);
        call.Audit("project.update", project.Id, ("name", name));
        return new Answer(ProjectView.Of(project), Version: project.UpdatedAtMs);
    }
}
