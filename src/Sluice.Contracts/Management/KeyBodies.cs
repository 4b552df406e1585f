using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Management;

/// <summary>Values of a key's <c>kind</c>.</summary>
public static class KeyKinds
{
    /// <summary>For a test environment: 500 calls a day unless set otherwise.</summary>
    public const string Test = "test";

    /// <summary>For production.</summary>
    public const string Production = "production";
}

/// <summary>Values of a key's <c>priority</c>: who goes first when quota, budget or capacity runs short.</summary>
public static class KeyPriorities
{
    /// <summary>Served as long as anything is. Only somebody who manages all keys of the organisation can set it.</summary>
    public const string Critical = "critical";

    /// <summary>What a key is unless set otherwise.</summary>
    public const string Standard = "standard";

    /// <summary>Waits, or is refused first.</summary>
    public const string Batch = "batch";
}

/// <summary>Body of <c>POST /api/v1/keys</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record KeyBody
{
    /// <summary>What people call it, 1–100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>See <see cref="KeyKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The project it belongs to; the organisation's default project where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }

    /// <summary>From when on it is refused; <c>null</c> means never. Left out: a test key never expires, a production key after 90 days.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> ExpiresAt { get; init; }

    /// <summary>CIDR blocks or addresses (IPv4, IPv6) that may use it; from anywhere where left out or empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? AllowedNetworks { get; init; }

    /// <summary>What it may be used for; anything where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyScopeBody? Scope { get; init; }

    /// <summary>Its limits; the kind's defaults where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyLimitsBody? Limits { get; init; }

    /// <summary>
    /// Whose it is (<c>acc_…</c>): it can do no more than this member may do at the time of a call. <c>null</c> makes a service key, which nobody's rights
    /// narrow. Left out: the person who calls; a service key where an organisation's own token calls.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> OwnerId { get; init; }

    /// <summary>At most 20 words of at most 64 characters to find and group keys by; compared as they are written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>See <see cref="KeyPriorities"/>; <c>standard</c> where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Priority { get; init; }

    /// <summary>Whether its calls must be signed; production keys only. The answer then carries the signing secret, this once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? RequireSigning { get; init; }
}

/// <summary>Body of <c>PATCH /api/v1/keys/{id}</c>. Members left out stay as they are; unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UpdateKeyBody
{
    /// <summary>What people call it, 1–100 characters; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Name { get; init; }

    /// <summary>Whether it works; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<bool?> Enabled { get; init; }

    /// <summary>From when on it is refused; <c>null</c> means never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> ExpiresAt { get; init; }

    /// <summary>CIDR blocks or addresses that may use it, replacing the list; empty or <c>null</c> means from anywhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<IReadOnlyList<string>?> AllowedNetworks { get; init; }

    /// <summary>What it may be used for, replacing the scope; <c>null</c> means anything.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<KeyScopeBody?> Scope { get; init; }

    /// <summary>Limits to change; those left out stay as they are, and <c>null</c> in place of the object lifts them all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<KeyLimitsBody?> Limits { get; init; }

    /// <summary>Whose it is from now on; <c>null</c> makes it a service key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> OwnerId { get; init; }

    /// <summary>Its tags, replacing the list; empty or <c>null</c> takes them all away.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<IReadOnlyList<string>?> Tags { get; init; }

    /// <summary>See <see cref="KeyPriorities"/>; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Priority { get; init; }
}

/// <summary>Body of <c>POST /api/v1/keys/{id}/move</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MoveKeyBody
{
    /// <summary>The project it belongs to from now on.</summary>
    public required string ProjectId { get; init; }
}

/// <summary>Body of <c>POST /api/v1/keys/{id}/rotate</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RotateKeyBody
{
    /// <summary>How long the old secret goes on working, seconds, 0–604,800 (7 days); 86,400 (a day) where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? OverlapSeconds { get; init; }
}

/// <summary>What a key may be used for.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record KeyScopeBody
{
    /// <summary>Endpoints, such as <c>POST /v1/chat/completions</c>; any where left out or empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Routes { get; init; }

    /// <summary>Model names, or prefixes that end in <c>*</c>, such as <c>deepseek-*</c>; any where left out or empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Models { get; init; }
}

/// <summary>
/// Limits of a key. For a new key a member left out means the kind's default and <c>null</c> means no limit; for a change a member left out means
/// no change. All are at least 0, and 0 refuses every call.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record KeyLimitsBody
{
    /// <summary>Calls a day, counted in the organisation's time zone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<long?> CallsPerDay { get; init; }

    /// <summary>Requests in any 60 seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<long?> RequestsPerMinute { get; init; }

    /// <summary>Tokens, in and out, in any 60 seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<long?> TokensPerMinute { get; init; }

    /// <summary>Calls under way at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<int?> Concurrency { get; init; }
}
