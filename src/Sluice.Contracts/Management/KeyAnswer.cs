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

    /// <summary>Whose it is; <see langword="null"/> for a service key, which nobody's rights narrow.</summary>
    public KeyOwnerAnswer? Owner { get; init; }

    /// <summary>How the owner's rights narrow its scope now; <see langword="null"/> where they do not.</summary>
    public KeyNarrowingAnswer? NarrowedBy { get; init; }

    /// <summary>Words to find and group keys by, sorted.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>See <see cref="KeyPriorities"/>.</summary>
    public required string Priority { get; init; }

    /// <summary>Whether its calls must be signed.</summary>
    public required bool RequiresSigning { get; init; }

    /// <summary>When it was used last and from where, a few seconds behind; <see langword="null"/> if it never was.</summary>
    public KeyLastUseAnswer? LastUse { get; init; }

    /// <summary>Why it was revoked, where that is known: <c>leaked</c>.</summary>
    public string? RevokedReason { get; init; }

    /// <summary>The secret, once: on the answers to create and rotate only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>The secret that calls are signed with, once: where it was made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SigningSecret { get; init; }

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

/// <summary>The person a key belongs to.</summary>
public sealed record KeyOwnerAnswer
{
    /// <summary><c>acc_…</c></summary>
    public required string Id { get; init; }

    /// <summary>What people call them; <see langword="null"/> for somebody who is no longer a member.</summary>
    public string? Name { get; init; }
}

/// <summary>The last call that a key opened.</summary>
public sealed record KeyLastUseAnswer
{
    /// <summary>When it began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The address it came from.</summary>
    public required string Ip { get; init; }
}

/// <summary>What is left of a key's scope by its owner's rights.</summary>
public sealed record KeyNarrowingAnswer
{
    /// <summary><c>owner_removed</c>, <c>owner_suspended</c> or <c>owner_permissions</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The same in a sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What the key may call now; empty lists within mean anything, no entry means nothing.</summary>
    public required IReadOnlyList<KeyScopeAnswer> Allowed { get; init; }
}

/// <summary>What stops when a key does.</summary>
public sealed record KeyImpactAnswer
{
    /// <summary><c>key_…</c></summary>
    public required string KeyId { get; init; }

    /// <summary>Calls of the last 24 hours.</summary>
    public required long CallsLast24Hours { get; init; }

    /// <summary>Calls of the last 7 days that count against its daily limit.</summary>
    public required long CallsLast7Days { get; init; }

    /// <summary>Whether there were more calls within 24 hours than were looked at, so that <see cref="CallsLast24Hours"/>, networks and models are of the newest ones only.</summary>
    public required bool AtLeast { get; init; }

    /// <summary>The last call, or <see langword="null"/>.</summary>
    public KeyLastUseAnswer? LastUse { get; init; }

    /// <summary>Where the newest calls of 7 days came from (/24 and /64 networks), most calls first, at most 20.</summary>
    public required IReadOnlyList<KeyImpactPart> Networks { get; init; }

    /// <summary>Which models they asked for, most calls first, at most 20.</summary>
    public required IReadOnlyList<KeyImpactPart> Models { get; init; }
}

/// <summary>Calls that have something in common.</summary>
public sealed record KeyImpactPart
{
    /// <summary>A network or a model.</summary>
    public required string Name { get; init; }

    /// <summary>Calls looked at.</summary>
    public required long Calls { get; init; }

    /// <summary>The newest of them.</summary>
    public required DateTimeOffset LastAt { get; init; }
}
