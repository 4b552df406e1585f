using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>A file in a body. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DocumentBody
{
    /// <summary>Its name, with the ending that goes with its kind.</summary>
    public required string FileName { get; init; }

    /// <summary><c>application/pdf</c>, <c>image/jpeg</c> or <c>image/png</c>; the content must be that.</summary>
    public required string MediaType { get; init; }

    /// <summary>The file in base64; at most 10 MiB before encoding.</summary>
    public required string Data { get; init; }

    /// <summary>Its name; the content never.</summary>
    public override string ToString() => FileName;
}

/// <summary>An uploaded file as the management API shows it; its content is at <c>GET /api/v1/documents/{id}</c>.</summary>
public sealed record DocumentAnswer
{
    /// <summary><c>doc_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Its name, cleaned.</summary>
    public required string FileName { get; init; }

    /// <summary>What it is.</summary>
    public required string MediaType { get; init; }

    /// <summary>Its size.</summary>
    public required long Bytes { get; init; }

    /// <summary>Path that its content is served at, to those who may see it.</summary>
    public required string Path { get; init; }
}

/// <summary>Why something is refused. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RejectBody
{
    /// <summary>What the applicant is told, 1–2,000 characters, lines allowed.</summary>
    public required string Reason { get; init; }
}
