using System.Net;
using Sluice.Gateway.Limits;

namespace Sluice.Gateway.Keys;

public enum KeyKind : byte { Test, Production }

/// <summary>Which calls are served first when something runs short. Kept with the key; nothing is decided by it yet.</summary>
public enum PriorityClass : byte { Critical, Standard, Batch }

/// <summary>What the owner of a key is to the key's organisation now, and whether that works at all. With rights left it is always <see cref="Member"/>.</summary>
public enum OwnerStanding : byte { Member, Removed, Suspended, OrganisationSuspended }

/// <summary>What a call with this key may use. Empty lists mean "anything".</summary>
/// <param name="Routes">Such as <c>POST /v1/chat/completions</c>; compared with the endpoint's canonical name, never with the request path.</param>
/// <param name="Models">Names or prefixes ending in <c>*</c>, such as <c>deepseek-*</c>.</param>
public sealed record KeyScope(IReadOnlyList<string> Routes, IReadOnlyList<string> Models)
{
    public static readonly KeyScope Everything = new([], []);
}

/// <summary>One of the things that the owner of a key may call: these models on these routes. Empty lists mean "any".</summary>
/// <param name="Routes">As in <see cref="KeyScope"/>; those that the gateway does not know are never called.</param>
/// <param name="Models">As in <see cref="KeyScope"/>.</param>
public sealed record CallRight(IReadOnlyList<string> Routes, IReadOnlyList<string> Models);

/// <summary>Limits of one key; <see langword="null"/> means "no limit of this kind". All are at least 0 (0 refuses every call).</summary>
/// <param name="CallsPerDay">Calls a day in the organisation's time zone.</param>
/// <param name="RequestsPerMinute">Requests in any 60 seconds.</param>
/// <param name="TokensPerMinute">Tokens, in and out, in any 60 seconds.</param>
/// <param name="Concurrency">Calls under way at once.</param>
public sealed record KeyLimits(long? CallsPerDay = null, long? RequestsPerMinute = null, long? TokensPerMinute = null, int? Concurrency = null)
{
    public static readonly KeyLimits None = new();
}

/// <summary>
/// A key as the data plane sees it: an immutable snapshot, replaced whole when anything about it changes. There may be millions of them, so what
/// many have alike is to be one object that they share.
/// </summary>
public sealed record ApiKey
{
    // Half as large as a DateTimeOffset?; 0 is none.
    private readonly long _expiresAtTicks;
    private readonly long _revokedAtTicks;

    /// <summary><c>key_…</c>, time-ordered.</summary>
    public required string Id { get; init; }
    public required KeyKind Kind { get; init; }
    public required string OrganisationId { get; init; }
    public required string ProjectId { get; init; }
    /// <summary>Days begin at midnight here.</summary>
    public required TimeZoneInfo TimeZone { get; init; }
    public required IReadOnlyList<KeyCredential> Credentials { get; init; }
    public required bool Enabled { get; init; }

    public DateTimeOffset? ExpiresAt
    {
        get => Instant(_expiresAtTicks);
        init => _expiresAtTicks = value?.UtcTicks ?? 0;
    }

    public DateTimeOffset? RevokedAt
    {
        get => Instant(_revokedAtTicks);
        init => _revokedAtTicks = value?.UtcTicks ?? 0;
    }

    public KeyScope Scope { get; init; } = KeyScope.Everything;
    /// <summary>Empty means "from anywhere". Entries are canonical; IPv4-mapped peers are compared as IPv4.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];
    public KeyLimits Limits { get; init; } = KeyLimits.None;
    /// <summary>Raise <see cref="Limits"/> for a while.</summary>
    public IReadOnlyList<LimitBoost> Boosts
    {
        get;
        init
        {
            field = value;
            HasBoosts = value.Count > 0;
        }
    } = [];
    /// <summary>Asked on every call.</summary>
    internal bool HasBoosts { get; private init; }

    /// <summary>The person whose key this is; <see langword="null"/> for a service's.</summary>
    public string? OwnerId { get; init; }
    /// <summary>What the owner may call now: the key can do no more. <see langword="null"/> does not narrow it, as for a service's key; empty leaves nothing, and <see cref="OwnerStanding"/> tells why.</summary>
    public IReadOnlyList<CallRight>? OwnerRights { get; init; }
    public OwnerStanding OwnerStanding { get; init; }

    public PriorityClass Priority { get; init; } = PriorityClass.Standard;
    /// <summary>If set, every call must be signed with it.</summary>
    public PlainSecret? Signing { get; init; }

    private static DateTimeOffset? Instant(long utcTicks) => utcTicks == 0 ? null : new DateTimeOffset(utcTicks, TimeSpan.Zero);
}
