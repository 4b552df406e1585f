namespace Sluice.Contracts.Management;

/// <summary>Whose management token a call came with.</summary>
public sealed record CallerAnswer
{
    /// <summary><c>mgt_…</c></summary>
    public required string TokenId { get; init; }

    /// <summary>What people call the token.</summary>
    public required string TokenName { get; init; }

    /// <summary><c>org_…</c></summary>
    public required string OrganisationId { get; init; }

    /// <summary>What people call the organisation.</summary>
    public required string OrganisationName { get; init; }

    /// <summary>IANA name of the time zone its days begin in, such as <c>Asia/Shanghai</c>.</summary>
    public required string TimeZone { get; init; }

    /// <summary>When the token stops working, or <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What it may do, such as <c>keys.write</c>.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }
}
