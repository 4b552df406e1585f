using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Values of a key's <c>status</c>.</summary>
public static class KeyStatuses
{
    /// <summary>It works.</summary>
    public const string Active = "active";

    /// <summary>Switched off; it can be switched on again.</summary>
    public const string Disabled = "disabled";

    /// <summary>Its time is over.</summary>
    public const string Expired = "expired";

    /// <summary>Withdrawn for good.</summary>
    public const string Revoked = "revoked";
}

/// <summary>A key as the management API shows it.</summary>
public sealed record KeyAnswer
{
    /// <summary><c>key_…</c></summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>See <see cref="KeyKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>prj_…</c></summary>
    public required string ProjectId { get; init; }

    /// <summary><c>org_…</c></summary>
    public required string OrganisationId { get; init; }

    /// <summary>The visible beginning of its newest secret, such as <c>sk-slc_test_AbC…</c>.</summary>
    public required string Prefix { get; init; }

    /// <summary>The last four characters of its newest secret.</summary>
    public required string LastFour { get; init; }

    /// <summary>Whether it is switched on.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Whether it works and why not; see <see cref="KeyStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>From when on it is refused, or <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Since when it is withdrawn, or <see langword="null"/>.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Canonical CIDR blocks that may use it; empty means from anywhere.</summary>
    public required IReadOnlyList<string> AllowedNetworks { get; init; }

    /// <summary>What it may be used for.</summary>
    public required KeyScopeAnswer Scope { get; init; }

    /// <summary>Its limits.</summary>
    public required KeyLimitsAnswer Limits { get; init; }

    /// <summary>Its secrets that still work, newest first: two while a rotation's overlap lasts.</summary>
    public required IReadOnlyList<KeyCredentialAnswer> Credentials { get; init; }

    /// <summary>Its use today, where it is known.</summary>
    public KeyUsageAnswer? Usage { get; init; }

    /// <summary>The secret, once: on the answers to create and rotate only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>Id, name and status; the secret never.</summary>
    public override string ToString() => $"{Id} \"{Name}\" ({Kind}, {Status})";
}

/// <summary>What a key may be used for; empty lists mean anything.</summary>
public sealed record KeyScopeAnswer
{
    /// <summary>Endpoints, such as <c>POST /v1/chat/completions</c>.</summary>
    public required IReadOnlyList<string> Routes { get; init; }

    /// <summary>Model names, or prefixes that end in <c>*</c>.</summary>
    public required IReadOnlyList<string> Models { get; init; }
}

/// <summary>Limits of a key; <see langword="null"/> means no limit of that kind.</summary>
public sealed record KeyLimitsAnswer
{
    /// <summary>Calls a day, counted in the organisation's time zone.</summary>
    public long? CallsPerDay { get; init; }

    /// <summary>Requests in any 60 seconds.</summary>
    public long? RequestsPerMinute { get; init; }

    /// <summary>Tokens, in and out, in any 60 seconds.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>Calls under way at once.</summary>
    public int? Concurrency { get; init; }
}

/// <summary>One secret of a key.</summary>
public sealed record KeyCredentialAnswer
{
    /// <summary>Its visible beginning.</summary>
    public required string Prefix { get; init; }

    /// <summary>Its last four characters.</summary>
    public required string LastFour { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The end of a rotation's overlap, or <see langword="null"/>.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A key's use on one day.</summary>
public sealed record KeyUsageAnswer
{
    /// <summary>The day in the organisation's time zone.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>Calls counted so far.</summary>
    public required long CallsToday { get; init; }

    /// <summary>Calls allowed, or <see langword="null"/> for no limit.</summary>
    public long? CallsPerDay { get; init; }
}
