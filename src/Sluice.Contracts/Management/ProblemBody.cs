using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>
/// What a failed call of the management API is told (<c>application/problem+json</c>). Source: https://www.rfc-editor.org/rfc/rfc9457.
/// </summary>
public sealed record ProblemBody
{
    /// <summary>Media type of such an answer.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>A URI that names the kind of problem; <c>about:blank</c> where the status says it all.</summary>
    public string Type { get; init => field = value ?? "about:blank"; } = "about:blank";

    /// <summary>The kind of problem in words, the same each time.</summary>
    public string? Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>This case in words, with what to do about it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>A URI that names this case.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Instance { get; init; }

    /// <summary>Stable code; see <see cref="Errors.ErrorCodes"/>.</summary>
    public string? Code { get; init; }

    /// <summary>The fields at fault, where it is about fields.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FieldProblem>? Errors { get; init; }

    /// <summary>The request's id, the same as in <c>x-request-id</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestId { get; init; }
}

/// <summary>What is wrong with one field.</summary>
public sealed record FieldProblem
{
    /// <summary>Path of the field, such as <c>limits.callsPerDay</c>.</summary>
    public required string Field { get; init; }

    /// <summary>Stable code; see <see cref="Errors.ErrorCodes"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>What is wrong with it.</summary>
    public required string Message { get; init; }

    /// <summary>What is allowed, in words or as a list of values.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Allowed { get; init; }
}
