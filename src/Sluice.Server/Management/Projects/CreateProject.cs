using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Projects;

internal static class CreateProject
{
    private const int ProjectsMax = 10_000;

    public static readonly Operation Operation = new()
    {
        Name = "createProject",
        Method = "POST",
        Path = "/projects",
        Permission = Permissions.ProjectsWrite,
        WholeOrganisation = true,
        Summary = "Create a project",
        Body = typeof(ProjectBody),
        BodyExample = """{"name":"Website"}""",
        Answer = typeof(ProjectAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var name = call.Body.Text("name", ProjectView.NameCharsMax, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        if (await call.Data.Projects.CountAsync(call.CancellationToken) >= ProjectsMax)
            return new Refusal(ErrorCodes.Conflict, $"The organisation has {ProjectsMax} projects, which is the most there can be.");

        var row = new ProjectRow
        {
            Id = ObjectId.New(ObjectId.Project, call.Now),
            OrganisationId = call.Caller.OrganisationId,
            Name = name!,
            CreatedAtMs = call.NowMs,
            UpdatedAtMs = call.NowMs,
        };
        call.Data.Add(row);
        call.Audit("project.create", row.Id, ("name", row.Name));
        return new Answer(ProjectView.Of(row), OperationCall.Path("projects", row.Id));
    }
}
