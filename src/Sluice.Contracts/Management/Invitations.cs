using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Values of an invitation's <c>status</c>.</summary>
public static class InvitationStatuses
{
    /// <summary>It can be accepted.</summary>
    public const string Pending = "pending";

    /// <summary>It was accepted.</summary>
    public const string Accepted = "accepted";

    /// <summary>It was withdrawn.</summary>
    public const string Revoked = "revoked";

    /// <summary>Its time is over.</summary>
    public const string Expired = "expired";
}

/// <summary>Body of <c>POST /api/v1/invitations</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record InvitationBody
{
    /// <summary>The address that is invited: whoever accepts must have verified it.</summary>
    public required string Email { get; init; }

    /// <summary>The role that comes with it: <c>role_…</c> or <c>rol_…</c>.</summary>
    public required string RoleId { get; init; }

    /// <summary>The one project the role shall hold in; the whole organisation where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }
}

/// <summary>Body of <c>POST /api/v1/invitations/accept</c>: one of the two.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AcceptInvitationBody
{
    /// <summary>What the link in the mail carries.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    /// <summary><c>inv_…</c>, as <c>GET /api/v1/me/invitations</c> lists it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InvitationId { get; init; }

    /// <summary>Nothing of it: the token is a secret.</summary>
    public override string ToString() => nameof(AcceptInvitationBody);
}

/// <summary>An invitation as the organisation sees it. Its link is in the mail only.</summary>
public sealed record InvitationAnswer
{
    /// <summary><c>inv_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Who is invited.</summary>
    public required string Email { get; init; }

    /// <summary>The role that comes with it.</summary>
    public required string RoleId { get; init; }

    /// <summary>What people call the role.</summary>
    public required string RoleName { get; init; }

    /// <summary>The one project the role shall hold in, or <see langword="null"/> for the whole organisation.</summary>
    public string? ProjectId { get; init; }

    /// <summary>See <see cref="InvitationStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary><c>acc_…</c> or <c>mgt_…</c> of whoever made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>From when on it cannot be accepted.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was accepted, or <see langword="null"/>.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary><c>acc_…</c> of whoever accepted it, or <see langword="null"/>.</summary>
    public string? AcceptedBy { get; init; }
}

/// <summary>An invitation as the invited person sees it.</summary>
public sealed record OwnInvitationAnswer
{
    /// <summary><c>inv_…</c></summary>
    public required string Id { get; init; }

    /// <summary>What people call the organisation.</summary>
    public required string OrganisationName { get; init; }

    /// <summary>What people call the role that comes with it.</summary>
    public required string RoleName { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it cannot be accepted.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A seat that was just taken.</summary>
public sealed record AcceptedInvitationAnswer
{
    /// <summary><c>org_…</c> of the organisation joined.</summary>
    public required string OrganisationId { get; init; }

    /// <summary>What people call the organisation.</summary>
    public required string OrganisationName { get; init; }

    /// <summary>The role that came with it.</summary>
    public required HeldRoleAnswer Role { get; init; }
}
