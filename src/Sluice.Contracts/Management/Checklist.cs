using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Management;

/// <summary>How far a project is on its way from test to production.</summary>
public sealed record ChecklistAnswer
{
    /// <summary><c>prj_…</c></summary>
    public required string ProjectId { get; init; }

    /// <summary>Whether everything that is required before going live is done.</summary>
    public required bool Ready { get; init; }

    /// <summary>The test key that a production key would be modelled on, or <see langword="null"/> if there is none.</summary>
    public string? TestKeyId { get; init; }

    /// <summary>The production key that is judged, or <see langword="null"/> if there is none yet.</summary>
    public string? ProductionKeyId { get; init; }

    /// <summary>The items, in the order they are best done in.</summary>
    public required IReadOnlyList<ChecklistItem> Items { get; init; }
}

/// <summary>Values of <see cref="ChecklistItem.Level"/>.</summary>
public static class ChecklistLevels
{
    /// <summary>Going live is refused without it.</summary>
    public const string Required = "required";

    /// <summary>To be true of the production key, once there is one.</summary>
    public const string Expected = "expected";

    /// <summary>Good to have.</summary>
    public const string Recommended = "recommended";
}

/// <summary>One thing to do before, or right after, going live.</summary>
public sealed record ChecklistItem
{
    /// <summary>Stable name, such as <c>email_verified</c>.</summary>
    public required string Id { get; init; }

    /// <summary>See <see cref="ChecklistLevels"/>.</summary>
    public required string Level { get; init; }

    /// <summary>Whether it is done.</summary>
    public required bool Done { get; init; }

    /// <summary>What was found.</summary>
    public required string Found { get; init; }

    /// <summary>What to do; <see langword="null"/> where nothing is left to do.</summary>
    public string? ToDo { get; init; }
}

/// <summary>Body of <c>POST /api/v1/projects/{id}/go-live</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record GoLiveBody
{
    /// <summary>What people call the new production key, 1–100 characters.</summary>
    public required string KeyName { get; init; }

    /// <summary>From when on it is refused; <c>null</c> means never; after 90 days where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> ExpiresAt { get; init; }

    /// <summary>CIDR blocks or addresses that may use it; those of the test key where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? AllowedNetworks { get; init; }

    /// <summary>What it may be used for; what the test key may where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyScopeBody? Scope { get; init; }

    /// <summary>Its limits; the defaults of a production key where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyLimitsBody? Limits { get; init; }

    /// <summary>Its tags; those of the test key where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>See <see cref="KeyPriorities"/>; the test key's where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Priority { get; init; }

    /// <summary>Whether its calls must be signed. The answer then carries the signing secret, this once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? RequireSigning { get; init; }
}
