using Sluice.Contracts.Errors;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Images;

/// <summary>The answer of <c>POST /v1/images/generations</c>. Source: https://github.com/openai/openai-openapi.</summary>
public sealed record ImageList : WireObject
{
    /// <summary>Unix time in seconds.</summary>
    public long Created { get; init; }

    /// <summary>As drawn.</summary>
    public string? Background { get; init; }

    /// <summary>As drawn.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>As drawn.</summary>
    public string? Quality { get; init; }

    /// <summary>As drawn.</summary>
    public string? Size { get; init; }

    /// <summary>The images.</summary>
    public IReadOnlyList<ImageData> Data { get; init => field = value ?? []; } = [];

    /// <summary>What it used, where the model is priced by tokens.</summary>
    public ImageUsage? Usage { get; init; }
}

/// <summary>One image: either the bytes or an address.</summary>
public sealed record ImageData : WireObject
{
    /// <summary>The file in base64.</summary>
    public string? B64Json { get; init; }

    /// <summary>Where to fetch the file, for a limited time.</summary>
    public string? Url { get; init; }

    /// <summary>The prompt that was really used.</summary>
    public string? RevisedPrompt { get; init; }
}

/// <summary>Tokens used by images.</summary>
public sealed record ImageUsage : WireObject
{
    /// <summary>Of the prompt.</summary>
    public long InputTokens { get; init; }

    /// <summary>Of the images.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Together.</summary>
    public long TotalTokens { get; init; }

    /// <summary>How the prompt's tokens divide.</summary>
    public ImageTokensDetails? InputTokensDetails { get; init; }

    /// <summary>How the output's tokens divide.</summary>
    public ImageTokensDetails? OutputTokensDetails { get; init; }
}

/// <summary>Tokens by kind.</summary>
public sealed record ImageTokensDetails : WireObject
{
    /// <summary>Text.</summary>
    public long? TextTokens { get; init; }

    /// <summary>Images.</summary>
    public long? ImageTokens { get; init; }
}

/// <summary>One event of a streamed image generation. Fewer previews than asked for are normal.</summary>
public sealed record ImageStreamEvent : WireObject
{
    /// <summary>Value of <see cref="Type"/> for a preview.</summary>
    public const string PartialImage = "image_generation.partial_image";

    /// <summary>Value of <see cref="Type"/> for the finished image.</summary>
    public const string Completed = "image_generation.completed";

    /// <summary>See <see cref="PartialImage"/>, <see cref="Completed"/>; also the SSE event's name.</summary>
    public string? Type { get; init; }

    /// <summary>The file in base64.</summary>
    public string? B64Json { get; init; }

    /// <summary>Which preview, from 0.</summary>
    public int? PartialImageIndex { get; init; }

    /// <summary>What it used, on the finished image.</summary>
    public ImageUsage? Usage { get; init; }

    /// <summary>Unix time in seconds.</summary>
    public long? CreatedAt { get; init; }

    /// <summary>As drawn.</summary>
    public string? Size { get; init; }

    /// <summary>As drawn.</summary>
    public string? Quality { get; init; }

    /// <summary>As drawn.</summary>
    public string? Background { get; init; }

    /// <summary>As drawn.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>Set where the event is an error in the middle of the stream.</summary>
    public ErrorObject? Error { get; init; }
}
