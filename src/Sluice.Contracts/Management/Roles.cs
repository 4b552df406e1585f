using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>POST /api/v1/roles</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RoleBody
{
    /// <summary>What people call it, 1–100 characters; each role of an organisation has another name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, up to 500 characters; empty where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>What it allows, 1–100 entries. They add up; none takes away.</summary>
    public required IReadOnlyList<Permission> Permissions { get; init; }
}

/// <summary>Body of <c>PATCH /api/v1/roles/{id}</c>. Members left out stay as they are; unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UpdateRoleBody
{
    /// <summary>What people call it, 1–100 characters; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Name { get; init; }

    /// <summary>What it is for, up to 500 characters; <c>null</c> means nothing is said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Description { get; init; }

    /// <summary>What it allows, replacing the list; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<IReadOnlyList<Permission>?> Permissions { get; init; }
}

/// <summary>Body of <c>POST /api/v1/roles/preview</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PreviewRoleBody
{
    /// <summary>What a role would allow, 1–100 entries.</summary>
    public required IReadOnlyList<Permission> Permissions { get; init; }
}

/// <summary>A permission list in words.</summary>
public sealed record PreviewRoleAnswer
{
    /// <summary><c>en</c> or <c>zh-CN</c>, by <c>Accept-Language</c>.</summary>
    public required string Language { get; init; }

    /// <summary>What whoever holds it may do, one sentence each.</summary>
    public required IReadOnlyList<string> Sentences { get; init; }
}

/// <summary>A role, built in or an organisation's own.</summary>
public sealed record RoleAnswer
{
    /// <summary><c>role_…</c> where built in, else <c>rol_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public required string Description { get; init; }

    /// <summary>Whether every organisation has it; then nobody can change it.</summary>
    public required bool BuiltIn { get; init; }

    /// <summary>What it allows.</summary>
    public required IReadOnlyList<Permission> Permissions { get; init; }

    /// <summary>How often it is assigned.</summary>
    public required int Assignments { get; init; }

    /// <summary>When it was made; <see langword="null"/> where built in.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was last changed; <see langword="null"/> where built in.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>An action that a role can allow.</summary>
public sealed record PermissionAnswer
{
    /// <summary>Such as <c>keys.read</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What it allows, in the reader's language.</summary>
    public required string Meaning { get; init; }

    /// <summary>Whether only the operator's organisation can use it.</summary>
    public required bool OperatorOnly { get; init; }

    /// <summary>Members of a permission that narrow it: <c>routes</c>, <c>models</c>, <c>projects</c>, <c>days</c>, <c>bodies</c>.</summary>
    public required IReadOnlyList<string> Limits { get; init; }
}

/// <summary>Body of <c>POST /api/v1/assignments</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AssignmentBody
{
    /// <summary><c>acc_…</c> of a member.</summary>
    public required string AccountId { get; init; }

    /// <summary><c>role_…</c> or <c>rol_…</c>.</summary>
    public required string RoleId { get; init; }

    /// <summary>The one project it shall hold in; the whole organisation where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }
}

/// <summary>A role given to a member.</summary>
public sealed record AssignmentAnswer
{
    /// <summary><c>asg_…</c></summary>
    public required string Id { get; init; }

    /// <summary><c>acc_…</c></summary>
    public required string AccountId { get; init; }

    /// <summary><c>role_…</c> or <c>rol_…</c>.</summary>
    public required string RoleId { get; init; }

    /// <summary>What people call the role.</summary>
    public required string RoleName { get; init; }

    /// <summary>The one project it holds in, or <see langword="null"/> for the whole organisation.</summary>
    public string? ProjectId { get; init; }

    /// <summary><c>direct</c>, or <c>claims</c> where an identity provider gave it.</summary>
    public required string Source { get; init; }

    /// <summary>When it was given.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who gave it.</summary>
    public required string CreatedBy { get; init; }
}
