using System.Text.Json;

namespace Sluice.Contracts.Management;

/// <summary>One administrative act, chained by hash to the one before.</summary>
public sealed record AuditEntryAnswer
{
    /// <summary>1, 2, 3 … without gaps within the organisation.</summary>
    public required long Seq { get; init; }

    /// <summary>When it was done.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it.</summary>
    public required string ActorId { get; init; }

    /// <summary>What was done, such as <c>key.create</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To what.</summary>
    public required string SubjectId { get; init; }

    /// <summary>What changed, as an object; secrets and hashes never.</summary>
    public required JsonElement Detail { get; init; }

    /// <summary>HMAC-SHA-256 of the entry before, lower-case hexadecimal.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>HMAC-SHA-256 of this entry and the hash before it, lower-case hexadecimal.</summary>
    public required string Hash { get; init; }
}
