using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>POST /api/v1/organisations</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OrganisationBody
{
    /// <summary>What people call it, 1–100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>IANA name of the time zone its days begin in, such as <c>Asia/Shanghai</c>; <c>UTC</c> where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TimeZone { get; init; }
}

/// <summary>Body of <c>PATCH /api/v1/organisation</c>. Members left out stay as they are; unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UpdateOrganisationBody
{
    /// <summary>What people call it, 1–100 characters; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Name { get; init; }

    /// <summary>IANA name of the time zone its days begin in; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> TimeZone { get; init; }

    /// <summary>Days between access reviews, 7–366, or 0 for none; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<int?> ReviewEveryDays { get; init; }

    /// <summary>Days after an access review is due that keys nobody decided on are disabled, 1–366; <c>null</c> means never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<int?> ReviewDisableAfterDays { get; init; }
}

/// <summary>Body of <c>PUT /api/v1/session/organisation</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SwitchOrganisationBody
{
    /// <summary><c>org_…</c>; one that the caller belongs to.</summary>
    public required string OrganisationId { get; init; }
}

/// <summary>Body of <c>POST /api/v1/organisation/ownership</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OwnershipBody
{
    /// <summary><c>acc_…</c> of the member who becomes the owner in the caller's place.</summary>
    public required string AccountId { get; init; }
}

/// <summary>An organisation as its members see it.</summary>
public sealed record OrganisationAnswer
{
    /// <summary><c>org_…</c></summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>IANA name of the time zone its days begin in.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Standing now: <c>personal</c>, <c>business</c> or <c>enterprise</c>; see <c>GET /api/v1/tiers</c>.</summary>
    public required string Tier { get; init; }

    /// <summary>Standing without enterprise verification.</summary>
    public required string BaseTier { get; init; }

    /// <summary>When the enterprise verification runs out, or <see langword="null"/>.</summary>
    public DateTimeOffset? VerifiedUntil { get; init; }

    /// <summary>Since when it is suspended, or <see langword="null"/>.</summary>
    public DateTimeOffset? SuspendedAt { get; init; }

    /// <summary>Whether it runs this installation.</summary>
    public required bool IsOperator { get; init; }

    /// <summary>Days between access reviews; 0 for none.</summary>
    public required int ReviewEveryDays { get; init; }

    /// <summary>Days after an access review is due that keys nobody decided on are disabled; <see langword="null"/> for never.</summary>
    public int? ReviewDisableAfterDays { get; init; }

    /// <summary>How many people belong to it.</summary>
    public required int Members { get; init; }

    /// <summary>How many projects it has.</summary>
    public required int Projects { get; init; }

    /// <summary>How many of its keys work: neither revoked, expired nor switched off.</summary>
    public required int ActiveKeys { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>An organisation that the caller belongs to.</summary>
public sealed record OwnOrganisationAnswer
{
    /// <summary><c>org_…</c></summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Its standing.</summary>
    public required string Tier { get; init; }

    /// <summary>Whether this call acts in it.</summary>
    public required bool Current { get; init; }

    /// <summary>Whether it runs this installation.</summary>
    public required bool IsOperator { get; init; }

    /// <summary>When the caller joined it.</summary>
    public required DateTimeOffset JoinedAt { get; init; }

    /// <summary>The caller's roles in it.</summary>
    public required IReadOnlyList<HeldRoleAnswer> Roles { get; init; }
}
