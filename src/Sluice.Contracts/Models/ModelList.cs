using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Models;

/// <summary>The answer of <c>GET /v1/models</c>. Source: https://api-docs.deepseek.com/api/list-models.</summary>
public sealed record ModelList : WireObject
{
    /// <summary><c>list</c>.</summary>
    public string? Object { get; init; }

    /// <summary>The models.</summary>
    public IReadOnlyList<ModelInfo> Data { get; init => field = value ?? []; } = [];
}

/// <summary>One model.</summary>
public sealed record ModelInfo : WireObject
{
    /// <summary>What requests name it by.</summary>
    public required string Id { get; init; }

    /// <summary><c>model</c>.</summary>
    public string? Object { get; init; }

    /// <summary>Unix time in seconds; DeepSeek leaves it out.</summary>
    public long? Created { get; init; }

    /// <summary>Who offers it.</summary>
    public string? OwnedBy { get; init; }

    /// <summary>OpenAI: the date of its retirement, if one is known. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public string? ShutdownDate { get => ShutdownDateMember.Value; init => ShutdownDateMember = value; }

    [JsonInclude, JsonPropertyName("shutdown_date"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<string?> ShutdownDateMember { get; init; }
}
