using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>POST /api/v1/playground-sessions</c>; may be left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PlaygroundBody
{
    /// <summary><c>key_…</c> to call as; the caller's own newest active one where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyId { get; init; }

    /// <summary><c>prj_…</c> that the key is looked for in, and made in where there is none; any where left out. Not together with <see cref="KeyId"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }
}

/// <summary>Some minutes of calls at the public endpoints as one of the keys.</summary>
public sealed record PlaygroundAnswer
{
    /// <summary><c>pgs_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Sent as <c>Authorization: Bearer</c>; shown this once.</summary>
    public required string Token { get; init; }

    /// <summary>When it stops working.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The key whose calls these are.</summary>
    public required string KeyId { get; init; }

    /// <summary>What people call it.</summary>
    public required string KeyName { get; init; }

    /// <summary>The key's limits, which the calls count against.</summary>
    public required KeyLimitsAnswer Limits { get; init; }

    /// <summary>Id and key; the token never.</summary>
    public override string ToString() => $"{Id} as {KeyId} until {ExpiresAt:O}";
}
