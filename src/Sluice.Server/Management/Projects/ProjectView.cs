using Sluice.Contracts.Management;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Projects;

internal static class ProjectView
{
    public const int NameCharsMax = 100;

    public static ProjectAnswer Of(ProjectRow project) => new()
    {
        Id = project.Id,
        OrganisationId = project.OrganisationId,
        Name = project.Name,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(project.CreatedAtMs),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(project.UpdatedAtMs),
    };
}
