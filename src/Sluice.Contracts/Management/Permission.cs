using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>One thing that a role allows: an action, and how far it reaches. Lists that are left out or empty mean "any".</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Permission
{
    /// <summary>Such as <c>keys.read</c>; <c>keys.*</c> stands for all that begin with <c>keys.</c>, and <c>*</c> for everything.</summary>
    public required string Action { get; init; }

    /// <summary>For <c>api.call</c>: endpoints such as <c>POST /v1/chat/completions</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Routes { get; init; }

    /// <summary>For <c>api.call</c>: model names, or prefixes that end in <c>*</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>For actions on what lies in projects: ids <c>prj_…</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Projects { get; init; }

    /// <summary>For <c>logs.read</c>: how many days back, 1–36,500; all there is where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Days { get; init; }

    /// <summary>For <c>logs.read</c>: whether with prompts and answers where these are kept; metadata only where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Bodies { get; init; }
}
