using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Management;

/// <summary>Values of a management token's <c>status</c>.</summary>
public static class TokenStatuses
{
    /// <summary>It works.</summary>
    public const string Active = "active";

    /// <summary>Its time is over.</summary>
    public const string Expired = "expired";

    /// <summary>Withdrawn for good.</summary>
    public const string Revoked = "revoked";
}

/// <summary>Body of <c>POST /api/v1/tokens</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TokenBody
{
    /// <summary>What people call it, 1–100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Actions it is cut down to, such as <c>keys.read</c> or <c>keys.*</c>; all that its person may do where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>From when on it is refused; 90 days from now where left out, <c>null</c> means never and needs <c>tokens.write</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> ExpiresAt { get; init; }

    /// <summary>Whether it is the organisation's own instead of the caller's; needs <c>tokens.write</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Service { get; init; }
}

/// <summary>A management token as the API shows it.</summary>
public sealed record TokenAnswer
{
    /// <summary><c>mgt_…</c></summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>The visible beginning of its text.</summary>
    public required string Prefix { get; init; }

    /// <summary><c>acc_…</c> of its person; <see langword="null"/> for the organisation's own.</summary>
    public string? AccountId { get; init; }

    /// <summary>Actions it is cut down to, or <see langword="null"/> for all.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>Whether it works and why not; see <see cref="TokenStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary><c>acc_…</c> or <c>mgt_…</c> of whoever made it; <see langword="null"/> for the first start's.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>From when on it is refused, or <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Since when it is withdrawn, or <see langword="null"/>.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was last used, to the minute, or <see langword="null"/>.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The secret, once: on the answer to create only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    /// <summary>Id, name and status; the secret never.</summary>
    public override string ToString() => $"{Id} \"{Name}\" ({Status})";
}
