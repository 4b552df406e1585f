using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>A person as the operator sees them.</summary>
public sealed record PersonAnswer
{
    /// <summary><c>acc_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Mail address.</summary>
    public required string Email { get; init; }

    /// <summary>Whether the address was confirmed.</summary>
    public required bool EmailConfirmed { get; init; }

    /// <summary>Whether a telephone number was confirmed.</summary>
    public required bool PhoneConfirmed { get; init; }

    /// <summary>What people call them.</summary>
    public required string Name { get; init; }

    /// <summary><c>active</c>, <c>unconfirmed</c>, <c>suspended</c> or <c>deleted</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Whether a password alone is not enough to sign in.</summary>
    public required bool SecondFactor { get; init; }

    /// <summary>When the person was suspended.</summary>
    public DateTimeOffset? SuspendedAt { get; init; }

    /// <summary>Why.</summary>
    public string? SuspendedReason { get; init; }

    /// <summary><c>org_…</c> of each organisation they belong to.</summary>
    public required IReadOnlyList<string> Organisations { get; init; }

    /// <summary>When the account was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What a person's account can be.</summary>
public static class PersonStatuses
{
    /// <summary>Confirmed and in use.</summary>
    public const string Active = "active";
    /// <summary>The mail address was never confirmed.</summary>
    public const string Unconfirmed = "unconfirmed";
    /// <summary>Stopped by the operator.</summary>
    public const string Suspended = "suspended";
    /// <summary>Only the id is left.</summary>
    public const string Deleted = "deleted";
}

/// <summary>Body of <c>POST /api/v1/people/{id}/suspend</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SuspendPersonBody
{
    /// <summary>Why, 1–500 characters; operators see it.</summary>
    public required string Reason { get; init; }
}
