using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>PUT /api/v1/tiers/{id}</c>: replaces all of it. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TierBody
{
    /// <summary>What people call it, 1–100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Calls a day that a new test key gets.</summary>
    public required long TestCallsPerDay { get; init; }

    /// <summary>Calls a day that a new production key gets.</summary>
    public required long ProductionCallsPerDay { get; init; }

    /// <summary>Most calls a day that an organisation may give a key by itself.</summary>
    public required long CallsPerDayMax { get; init; }

    /// <summary>Most requests a minute that it may give a key; no ceiling where left out or <c>null</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RequestsPerMinuteMax { get; init; }

    /// <summary>Most tokens a minute that it may give a key; no ceiling where left out or <c>null</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TokensPerMinuteMax { get; init; }

    /// <summary>Most calls at once that it may give a key; no ceiling where left out or <c>null</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ConcurrencyMax { get; init; }

    /// <summary>Whether it has the priority support channel.</summary>
    public required bool Support { get; init; }
}

/// <summary>What organisations of one standing may do without asking.</summary>
public sealed record TierAnswer
{
    /// <summary><c>personal</c>, <c>business</c> or <c>enterprise</c>.</summary>
    public required string Id { get; init; }

    /// <summary>0 is the lowest.</summary>
    public required int Rank { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Calls a day that a new test key gets.</summary>
    public required long TestCallsPerDay { get; init; }

    /// <summary>Calls a day that a new production key gets.</summary>
    public required long ProductionCallsPerDay { get; init; }

    /// <summary>Most calls a day that an organisation may give a key by itself.</summary>
    public required long CallsPerDayMax { get; init; }

    /// <summary>Most requests a minute that it may give a key, or <see langword="null"/> for no ceiling.</summary>
    public long? RequestsPerMinuteMax { get; init; }

    /// <summary>Most tokens a minute that it may give a key, or <see langword="null"/> for no ceiling.</summary>
    public long? TokensPerMinuteMax { get; init; }

    /// <summary>Most calls at once that it may give a key, or <see langword="null"/> for no ceiling.</summary>
    public int? ConcurrencyMax { get; init; }

    /// <summary>Whether it has the priority support channel.</summary>
    public required bool Support { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A mail domain that anybody can get an address at: such an address earns no business tier.</summary>
public sealed record PublicMailDomainAnswer
{
    /// <summary>In lower case, non-ASCII names as <c>xn--…</c>. Its subdomains count as listed too.</summary>
    public required string Domain { get; init; }

    /// <summary>When it was listed; the ones that came with Sluice say 1970.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
