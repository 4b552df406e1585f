using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>POST /api/v1/projects</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ProjectBody
{
    /// <summary>What people call it, 1–100 characters.</summary>
    public required string Name { get; init; }
}

/// <summary>Body of <c>PATCH /api/v1/projects/{id}</c>. Members left out stay as they are; unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UpdateProjectBody
{
    /// <summary>What people call it, 1–100 characters; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Name { get; init; }
}

/// <summary>A project as the management API shows it.</summary>
public sealed record ProjectAnswer
{
    /// <summary><c>prj_…</c></summary>
    public required string Id { get; init; }

    /// <summary><c>org_…</c></summary>
    public required string OrganisationId { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
