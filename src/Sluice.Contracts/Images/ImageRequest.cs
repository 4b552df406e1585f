using Sluice.Contracts.Json;

namespace Sluice.Contracts.Images;

/// <summary>
/// Body of <c>POST /v1/images/generations</c>. A member left <see langword="null"/> is not sent. Source: https://github.com/openai/openai-openapi.
/// </summary>
public sealed record ImageRequest : WireObject
{
    /// <summary>What to draw; up to 32,000 characters on the gpt-image models.</summary>
    public required string Prompt { get; init; }

    /// <summary>Model name.</summary>
    public string? Model { get; init; }

    /// <summary>Number of images, 1–10, default 1.</summary>
    public int? N { get; init; }

    /// <summary><c>auto</c> or width x height in pixels, such as <c>1024x1024</c>.</summary>
    public string? Size { get; init; }

    /// <summary><c>auto</c>, <c>low</c>, <c>medium</c>, <c>high</c>; <c>standard</c>, <c>hd</c> on the dall-e models.</summary>
    public string? Quality { get; init; }

    /// <summary><c>url</c> or <c>b64_json</c>.</summary>
    public string? ResponseFormat { get; init; }

    /// <summary><c>vivid</c> or <c>natural</c>, dall-e-3 only.</summary>
    public string? Style { get; init; }

    /// <summary><c>transparent</c>, <c>opaque</c>, <c>auto</c>.</summary>
    public string? Background { get; init; }

    /// <summary><c>png</c>, <c>jpeg</c>, <c>webp</c>.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>0–100, for JPEG and WebP.</summary>
    public int? OutputCompression { get; init; }

    /// <summary><c>low</c> or <c>auto</c>.</summary>
    public string? Moderation { get; init; }

    /// <summary>Whether to answer as a stream of server-sent events.</summary>
    public bool? Stream { get; init; }

    /// <summary>0–3 previews in a stream.</summary>
    public int? PartialImages { get; init; }

    /// <summary>The end user.</summary>
    public string? User { get; init; }
}
