namespace Sluice.Contracts.Management;

/// <summary>Who calls the management API, and what they may do.</summary>
public sealed record CallerAnswer
{
    /// <summary><c>acc_…</c> of the person; <see langword="null"/> for an organisation's own token.</summary>
    public string? AccountId { get; init; }

    /// <summary><c>ses_…</c>; <see langword="null"/> for a token.</summary>
    public string? SessionId { get; init; }

    /// <summary><c>mgt_…</c>; <see langword="null"/> for a session.</summary>
    public string? TokenId { get; init; }

    /// <summary>What people call the token; <see langword="null"/> for a session.</summary>
    public string? TokenName { get; init; }

    /// <summary><c>org_…</c> of the organisation acted in; <see langword="null"/> for a person who belongs to none.</summary>
    public string? OrganisationId { get; init; }

    /// <summary>What people call the organisation.</summary>
    public string? OrganisationName { get; init; }

    /// <summary>IANA name of the time zone its days begin in, such as <c>Asia/Shanghai</c>.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Whether the organisation runs this installation.</summary>
    public bool IsOperator { get; init; }

    /// <summary>When token or session stops working, or <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What it may do, such as <c>keys.write</c>.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }
}
