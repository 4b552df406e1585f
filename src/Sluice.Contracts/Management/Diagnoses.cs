using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Values of <see cref="DiagnosisStepAnswer.Verdict"/>.</summary>
public static class StepVerdicts
{
    /// <summary>It was looked at and stands in nobody's way.</summary>
    public const string Pass = "pass";

    /// <summary>It was looked at and stops the call.</summary>
    public const string Fail = "fail";

    /// <summary>It was not looked at: something before it failed, or it was not asked for; the detail says which.</summary>
    public const string NotReached = "notReached";
}

/// <summary>Body of <c>POST /api/v1/diagnoses</c>: of a call that could be made with a key, or of one that was made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DiagnosisBody
{
    /// <summary><c>key_…</c> that would call. Either this or <see cref="RequestId"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyId { get; init; }

    /// <summary><c>req_…</c> of a recorded call, whose key, route, model and address are taken where the body does not say another.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestId { get; init; }

    /// <summary>Endpoint such as <c>POST /v1/chat/completions</c>, which is taken where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Route { get; init; }

    /// <summary>The model that would be asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>The address that the call would come from. Where left out the key's allow list is not judged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Address { get; init; }

    /// <summary>Whether to make a real call of one token at the end, which counts as the key's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? CallUpstream { get; init; }
}

/// <summary>What would become of a call, step by step.</summary>
public sealed record DiagnosisAnswer
{
    /// <summary>Whether nothing that was looked at stops the call.</summary>
    public required bool Passed { get; init; }

    /// <summary>The name of the step that stops it, or <see langword="null"/>.</summary>
    public string? Cause { get; init; }

    /// <summary><c>key_…</c></summary>
    public required string KeyId { get; init; }

    /// <summary>The endpoint.</summary>
    public required string Route { get; init; }

    /// <summary>The model, or <see langword="null"/> where the endpoint names none.</summary>
    public string? Model { get; init; }

    /// <summary>The address that was judged, or <see langword="null"/>.</summary>
    public string? Address { get; init; }

    /// <summary>All steps, those that were not reached too.</summary>
    public required IReadOnlyList<DiagnosisStepAnswer> Steps { get; init; }

    /// <summary>Upstreams that have the model, the one that is asked first at the top; empty where the route was not looked at.</summary>
    public required IReadOnlyList<RouteCandidateAnswer> Candidates { get; init; }

    /// <summary><c>req_…</c> of the call that was made at the end, or <see langword="null"/>.</summary>
    public string? CallRequestId { get; init; }
}

/// <summary>One step of a diagnosis or test.</summary>
public sealed record DiagnosisStepAnswer
{
    /// <summary>Such as <c>key</c>, <c>network</c>, <c>limits</c>.</summary>
    public required string Name { get; init; }

    /// <summary>See <see cref="StepVerdicts"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>How long it took, or <see langword="null"/> where it was not reached.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>What was found, in a sentence or two.</summary>
    public string? Detail { get; init; }

    /// <summary>The error that a call would end with; see <see cref="Errors.ErrorCodes"/>.</summary>
    public string? Code { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; init; }

    /// <summary>The same for programs.</summary>
    public RemedyActionAnswer? Action { get; init; }

    /// <summary>When the same call would pass, where waiting helps.</summary>
    public DateTimeOffset? RetryAt { get; init; }
}

/// <summary>What can be done about an error.</summary>
public sealed record RemedyActionAnswer
{
    /// <summary>See <see cref="Errors.ErrorActions"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The object to do it to, such as a key or an upstream; <see langword="null"/> where there is none.</summary>
    public string? Target { get; init; }

    /// <summary>What to do it with: the limit's name, the address, the permission, the model.</summary>
    public string? Value { get; init; }
}

/// <summary>An upstream that has a model.</summary>
public sealed record RouteCandidateAnswer
{
    /// <summary>The upstream's name.</summary>
    public required string Upstream { get; init; }

    /// <summary>What the upstream calls the model.</summary>
    public required string Model { get; init; }

    /// <summary>Lower is asked first.</summary>
    public required int Priority { get; init; }

    /// <summary>Share among those of one priority.</summary>
    public required int Weight { get; init; }

    /// <summary>Whether it can be the one that is asked first.</summary>
    public required bool Chosen { get; init; }

    /// <summary>Why it is, or why not.</summary>
    public required string Reason { get; init; }
}

/// <summary>Why a recorded call ended as it did.</summary>
public sealed record RequestExplanationAnswer
{
    /// <summary><c>req_…</c></summary>
    public required string RequestId { get; init; }

    /// <summary>Whether something stopped it; otherwise it was answered.</summary>
    public required bool Stopped { get; init; }

    /// <summary>The gateway's stage that stopped it.</summary>
    public string? Stage { get; init; }

    /// <summary>The error it ended with.</summary>
    public string? Code { get; init; }

    /// <summary>HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public required string Cause { get; init; }

    /// <summary>What to do about it, or <see langword="null"/> where nothing needs to be done.</summary>
    public string? Remedy { get; init; }

    /// <summary>The same for programs.</summary>
    public RemedyActionAnswer? Action { get; init; }

    /// <summary>Whether the same call would get as far as an upstream now; <see langword="null"/> where that cannot be told.</summary>
    public bool? WouldPassNow { get; init; }

    /// <summary>The steps that say so; no upstream was called. <see langword="null"/> where no key was known.</summary>
    public DiagnosisAnswer? Now { get; init; }
}
