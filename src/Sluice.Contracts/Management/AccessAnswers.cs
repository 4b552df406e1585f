using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>POST /api/v1/access/explain</c>. Exactly one of the three ids, or none for the caller.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ExplainAccessBody
{
    /// <summary><c>acc_…</c> of a person.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccountId { get; init; }

    /// <summary><c>key_…</c></summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyId { get; init; }

    /// <summary><c>mgt_…</c></summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TokenId { get; init; }

    /// <summary>Such as <c>keys.write</c>; of a key always <c>api.call</c>.</summary>
    public required string Action { get; init; }

    /// <summary>For <c>api.call</c>: an endpoint such as <c>POST /v1/chat/completions</c>; any where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Route { get; init; }

    /// <summary>For <c>api.call</c>: a model; any where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>The project it would be done in; any where left out, and the key's own for a key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }
}

/// <summary>Whether somebody may do something, and why.</summary>
public sealed record AccessExplanationAnswer
{
    /// <summary>Whom it is about: <c>acc_…</c>, <c>key_…</c> or <c>mgt_…</c>.</summary>
    public required string SubjectId { get; init; }

    /// <summary>What they would do.</summary>
    public required string Action { get; init; }

    /// <summary>Whether they may.</summary>
    public required bool Allowed { get; init; }

    /// <summary>What allows it, as far as roles go; there may be some even where something else stops it.</summary>
    public required IReadOnlyList<GrantAnswer> Grants { get; init; }

    /// <summary>Everything that stops it; empty where it is allowed.</summary>
    public required IReadOnlyList<AccessObstacleAnswer> Obstacles { get; init; }
}

/// <summary>A permission that somebody holds, and by what.</summary>
public sealed record GrantAnswer
{
    /// <summary>The role it comes from.</summary>
    public required string RoleId { get; init; }

    /// <summary>What people call the role.</summary>
    public required string RoleName { get; init; }

    /// <summary><c>asg_…</c>, or <see langword="null"/> for what a token holds by itself.</summary>
    public string? AssignmentId { get; init; }

    /// <summary>The one project the role was given in, or <see langword="null"/> for the whole organisation.</summary>
    public string? ProjectId { get; init; }

    /// <summary>What it allows and how far.</summary>
    public required Permission Permission { get; init; }
}

/// <summary>One thing that stops somebody.</summary>
public sealed record AccessObstacleAnswer
{
    /// <summary>
    /// Stable: <c>not_a_member</c>, <c>account_suspended</c>, <c>no_role</c>, <c>other_project</c>, <c>route_not_allowed</c>, <c>model_not_allowed</c>, <c>operator_only</c>,
    /// <c>token_revoked</c>, <c>token_expired</c>, <c>token_scope</c>, <c>key_revoked</c>, <c>key_expired</c>, <c>key_disabled</c>, <c>key_scope</c>, <c>key_project</c>,
    /// <c>key_calls_only</c>, <c>organisation_suspended</c>, <c>owner_not_a_member</c>, <c>owner_suspended</c>, <c>owner_rights</c>.
    /// </summary>
    public required string Code { get; init; }

    /// <summary>What it is, in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What to do about it, in one sentence.</summary>
    public required string Remedy { get; init; }
}

/// <summary>Everything that the caller may do in the organisation.</summary>
public sealed record OwnAccessAnswer
{
    /// <summary><c>org_…</c>, or <see langword="null"/> for a person who belongs to none.</summary>
    public string? OrganisationId { get; init; }

    /// <summary>What the caller was given; a token's scopes are not taken into account here.</summary>
    public required IReadOnlyList<GrantAnswer> Grants { get; init; }

    /// <summary>Patterns that the caller's token is cut down to, or <see langword="null"/> for all.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>What comes out: each action that the caller may do, and where.</summary>
    public required IReadOnlyList<AllowedActionAnswer> Allowed { get; init; }
}

/// <summary>An action that somebody may do.</summary>
public sealed record AllowedActionAnswer
{
    /// <summary>Such as <c>keys.read</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The projects it is allowed in, or <see langword="null"/> for the whole organisation.</summary>
    public IReadOnlyList<string>? Projects { get; init; }
}
