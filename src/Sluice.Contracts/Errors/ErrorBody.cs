using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Errors;

/// <summary>
/// The body of a failed call on the OpenAI-compatible routes, and of an error inside a stream: <c>{"error":{…}}</c>.
/// </summary>
public sealed record ErrorBody : WireObject
{
    /// <summary>The error.</summary>
    public required ErrorObject Error { get; init; }
}

/// <summary>
/// The OpenAI error object. The vendor's schema requires <c>message</c>, <c>type</c>, <c>param</c> and <c>code</c>, the last two possibly null;
/// official libraries build their exceptions from exactly these. <c>request_id</c> and <c>remedy</c> are Sluice's additions.
/// Source: https://github.com/openai/openai-openapi (schema Error).
/// </summary>
public sealed record ErrorObject : WireObject
{
    /// <summary>What happened, in words.</summary>
    [JsonPropertyOrder(0), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Message { get; init; }

    /// <summary>Kind of error, such as <c>invalid_request_error</c>; an open set.</summary>
    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Type { get; init; }

    /// <summary>The parameter at fault, or <see langword="null"/>. Always written.</summary>
    [JsonPropertyOrder(2), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Param { get; init; }

    /// <summary>Stable code (see <see cref="ErrorCodes"/>), or <see langword="null"/>. Always written. Some vendors send a number, which is read as text.</summary>
    [JsonPropertyOrder(3), JsonIgnore(Condition = JsonIgnoreCondition.Never), JsonConverter(typeof(LenientStringConverter))]
    public string? Code { get; init; }

    /// <summary>The request's id, the same as in <c>x-request-id</c>.</summary>
    [JsonPropertyOrder(4)]
    public string? RequestId { get; init; }

    /// <summary>What to do about it, in one sentence.</summary>
    [JsonPropertyOrder(5)]
    public string? Remedy { get; init; }
}
