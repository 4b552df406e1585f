using System.Net;

namespace Sluice.Gateway.Keys;

public enum KeyKind { Test, Production }

/// <summary>What a call with this key may use. Empty lists mean "anything".</summary>
/// <param name="Routes">Such as <c>POST /v1/chat/completions</c>; compared with the endpoint's canonical name, never with the request path.</param>
/// <param name="Models">Names or prefixes ending in <c>*</c>, such as <c>deepseek-*</c>.</param>
public sealed record KeyScope(IReadOnlyList<string> Routes, IReadOnlyList<string> Models)
{
    public static readonly KeyScope Everything = new([], []);
}

/// <summary>Limits of one key; <see langword="null"/> means "no limit of this kind". All are at least 0 (0 refuses every call).</summary>
/// <param name="CallsPerDay">Calls a day in the organisation's time zone.</param>
/// <param name="RequestsPerMinute">Requests in any 60 seconds.</param>
/// <param name="TokensPerMinute">Tokens, in and out, in any 60 seconds.</param>
/// <param name="Concurrency">Calls under way at once.</param>
public sealed record KeyLimits(long? CallsPerDay = null, long? RequestsPerMinute = null, long? TokensPerMinute = null, int? Concurrency = null);

/// <summary>One secret of a key: a key has two while a rotation's overlap lasts.</summary>
/// <param name="PublicId">The visible part of the key text, unique, 12 base62 characters.</param>
/// <param name="Hash">HMAC-SHA-256 of the whole key text under the pepper of that version.</param>
/// <param name="PepperVersion">Which pepper made the hash.</param>
/// <param name="ExpiresAt">End of the overlap, or <see langword="null"/>.</param>
public sealed record KeyCredential(string PublicId, ReadOnlyMemory<byte> Hash, int PepperVersion, DateTimeOffset? ExpiresAt);

/// <summary>
/// A key as the data plane sees it: an immutable snapshot, replaced whole when anything about it changes.
/// </summary>
public sealed record ApiKey
{
    /// <summary><c>key_…</c>, time-ordered.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required KeyKind Kind { get; init; }
    public required string OrganisationId { get; init; }
    public required string ProjectId { get; init; }
    /// <summary>Days begin at midnight here.</summary>
    public required TimeZoneInfo TimeZone { get; init; }
    public required IReadOnlyList<KeyCredential> Credentials { get; init; }
    public required bool Enabled { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }
    public KeyScope Scope { get; init; } = KeyScope.Everything;
    /// <summary>Empty means "from anywhere". Entries are canonical; IPv4-mapped peers are compared as IPv4.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];
    public KeyLimits Limits { get; init; } = new();
}
