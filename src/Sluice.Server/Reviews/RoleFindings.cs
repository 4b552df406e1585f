using System.Globalization;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Storage;

namespace Sluice.Server.Reviews;

/// <summary>What stands out about a role that somebody holds, and the smaller one that would have done.</summary>
internal static class RoleFindings
{
    // Those that a role can be brought down to, smallest first.
    private static readonly Role[] Smaller = [BuiltInRoles.Auditor, BuiltInRoles.Developer, BuiltInRoles.Admin];

    /// <param name="isOnlyOwner">Whether the organisation has no owner but this one: then nothing is proposed.</param>
    public static (IReadOnlyList<ReviewFinding> Findings, ReviewProposal? Proposed) Of(AssignmentRow assignment, Role? role, HolderState holder, RoleUse use, bool isOnlyOwner, ReviewSpan span)
    {
        var findings = new List<ReviewFinding>();
        if (holder is HolderState.Suspended)
            findings.Add(new ReviewFinding { Code = ReviewFindingCodes.OwnerSuspended, Sentence = "Whoever holds it is suspended.", Figure = null });
        var age = span.DaysSince(assignment.CreatedAtMs);
        if (age < span.UnusedDays || role is null)
            return (findings, null);

        var away = use.LastMs is { } last ? span.DaysSince(last) : (int?)null;
        var isUnused = away is null || away >= span.UnusedDays;
        if (isUnused)
        {
            findings.Add(new ReviewFinding
            {
                Code = ReviewFindingCodes.Unused,
                Sentence = away is { } days
                    ? string.Create(CultureInfo.InvariantCulture, $"Whoever holds it was last here {days} days ago.")
                    : string.Create(CultureInfo.InvariantCulture, $"Whoever holds it was not here in the {Math.Min(age, span.Days)} days that are known."),
                Figure = away ?? Math.Min(age, span.Days),
            });
        }

        // What an identity provider gives it gives again: it has to be taken away there.
        var mayPropose = !isOnlyOwner && assignment.Source != "claims";
        var smaller = use.IsWhole ? AddUse(findings, assignment, role, use, span) : null;
        return (findings, !mayPropose ? null : isUnused ? new ReviewProposal { Remove = true } : smaller is { } found ? new ReviewProposal { RoleId = found.Id } : null);
    }

    private static Role? AddUse(List<ReviewFinding> findings, AssignmentRow assignment, Role role, RoleUse use, ReviewSpan span)
    {
        string[] traceable = [.. Permissions.All.Where(action => RoleUse.LeavesTrace(action) && Allows(role, action))];
        string[] never = [.. traceable.Where(action => !use.Actions.Contains(action))];
        if (never.Length == 0)
            return null;
        var days = span.SeenDays(assignment.CreatedAtMs);
        findings.Add(new ReviewFinding
        {
            Code = ReviewFindingCodes.PermissionsNeverUsed,
            Sentence = string.Create(CultureInfo.InvariantCulture, $"In the last {days} days no use was made of {never.Length} of its permissions: {string.Join(", ", never)}."),
            Figure = never.Length,
        });

        string[] needed = [.. traceable.Intersect(use.Actions)];
        var rights = new Rights([.. role.Permissions.Select(p => new GrantedPermission(p, assignment.ProjectId, role.Id, role.Name, assignment.Id))]);
        var smaller = Smaller.FirstOrDefault(candidate => candidate.Id != role.Id && needed.All(action => Allows(candidate, action))
            && candidate.Permissions.All(p => rights.Covers(p, assignment.ProjectId)) && traceable.Any(action => !Allows(candidate, action)));
        if (smaller is not null)
        {
            findings.Add(new ReviewFinding
            {
                Code = ReviewFindingCodes.RoleTooBroad,
                Sentence = $"The role {smaller.Name} covers what was done. What was only looked at is not recorded: ask before making it smaller.",
                Figure = null,
            });
        }

        return smaller;
    }

    private static bool Allows(Role role, string action) => role.Permissions.Any(p => Permissions.Matches(p.Action, action));
}
