using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>POST /api/v1/upstreams/test</c>: an upstream as it might be made. Nothing of it is kept.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TestUpstreamBody
{
    /// <summary>See <see cref="UpstreamKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>As in <see cref="UpstreamBody"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BaseUrl { get; init; }

    /// <summary>The provider's key. Used for this test and forgotten.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ApiKey { get; init; }

    /// <summary>As in <see cref="UpstreamBody"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AllowPrivateAddress { get; init; }

    /// <summary>A model to ask for one token of an answer, which the provider may charge for; not asked where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CompletionModel { get; init; }
}

/// <summary>Body of <c>POST /api/v1/upstreams/{id}/test</c>; may be left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TestStoredUpstreamBody
{
    /// <summary>As in <see cref="TestUpstreamBody"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CompletionModel { get; init; }
}

/// <summary>What came of a test.</summary>
public sealed record UpstreamTestAnswer
{
    /// <summary>Whether no step failed.</summary>
    public required bool Passed { get; init; }

    /// <summary><c>resolve</c>, <c>connect</c>, <c>tls</c>, <c>authenticate</c> and, where it was asked for, <c>completion</c>.</summary>
    public required IReadOnlyList<DiagnosisStepAnswer> Steps { get; init; }

    /// <summary>The models that it says it has, at most a thousand.</summary>
    public required IReadOnlyList<string> Models { get; init; }
}
