namespace Sluice.Contracts.Management;

/// <summary>A role that somebody holds.</summary>
public sealed record HeldRoleAnswer
{
    /// <summary><c>asg_…</c> of the assignment.</summary>
    public required string AssignmentId { get; init; }

    /// <summary><c>role_…</c> where built in, else <c>rol_…</c>.</summary>
    public required string RoleId { get; init; }

    /// <summary>What people call the role.</summary>
    public required string RoleName { get; init; }

    /// <summary><c>prj_…</c> of the one project it holds in, or <see langword="null"/> for the whole organisation.</summary>
    public string? ProjectId { get; init; }
}

/// <summary>A person in an organisation.</summary>
public sealed record MemberAnswer
{
    /// <summary><c>acc_…</c></summary>
    public required string AccountId { get; init; }

    /// <summary>What people call them.</summary>
    public required string Name { get; init; }

    /// <summary>Their e-mail address.</summary>
    public required string Email { get; init; }

    /// <summary>Whether the address is verified.</summary>
    public required bool EmailVerified { get; init; }

    /// <summary>Whether the operator has suspended the account.</summary>
    public required bool Suspended { get; init; }

    /// <summary>When they joined.</summary>
    public required DateTimeOffset JoinedAt { get; init; }

    /// <summary>Their roles.</summary>
    public required IReadOnlyList<HeldRoleAnswer> Roles { get; init; }

    /// <summary>Whether a password alone is not enough to sign in as them.</summary>
    public required bool SecondFactor { get; init; }

    /// <summary>When a session of theirs was last used, to the minute, or <see langword="null"/>.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>How many keys of the organisation are theirs and not revoked.</summary>
    public required int Keys { get; init; }
}
