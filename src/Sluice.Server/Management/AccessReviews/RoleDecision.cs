using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Roles;
using Sluice.Server.Reviews;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.AccessReviews;

/// <summary>What a decision does to a role that somebody holds.</summary>
internal sealed class RoleDecision(OperationCall call)
{
    // Taken away in this transaction; in the database they are owners still.
    private readonly List<string> _formerOwners = [];

    /// <param name="assignment">Or <see langword="null"/> if it is gone.</param>
    /// <param name="found">Told whether it is gone.</param>
    public async ValueTask<Refusal?> ApplyAsync(AssignmentRow? assignment, ReviewItemRow item, string verb, Action<bool> found)
    {
        found(assignment is null);
        if (assignment is null || verb == ReviewVerbs.Confirm)
            return null;
        var proposed = ReviewView.ProposalOf(item);
        if (verb == ReviewVerbs.Narrow && proposed is null)
            return new Refusal(ErrorCodes.Conflict, "There is no smaller role proposed for it. Confirm or revoke it.");
        if (await Giving.OwnersOnlyAsync(call, [assignment.RoleId]) is { } ownersOnly)
            return ownersOnly;
        if (assignment is { RoleId: BuiltInRoles.OwnerId, ProjectId: null } && await RefuseLastOwnerAsync(assignment) is { } refusal)
            return refusal;

        var roleId = verb == ReviewVerbs.Narrow ? proposed!.RoleId : null;
        // Who holds the smaller role already needs it no second time.
        if (roleId is null || await call.Data.Assignments.AnyAsync(a => a.AccountId == assignment.AccountId && a.RoleId == roleId && a.ProjectId == assignment.ProjectId && a.Id != assignment.Id, call.CancellationToken))
        {
            call.Data.Remove(assignment);
            call.Audit("assignment.delete", assignment.Id, ("accountId", assignment.AccountId), ("roleId", assignment.RoleId), ("projectId", assignment.ProjectId), ("reviewId", item.ReviewId));
        }
        else
        {
            call.Audit("assignment.update", assignment.Id, ("accountId", assignment.AccountId), ("oldRoleId", assignment.RoleId), ("roleId", roleId), ("projectId", assignment.ProjectId), ("reviewId", item.ReviewId));
            assignment.RoleId = roleId;
        }

        call.OwnerChanged(assignment.AccountId);
        return null;
    }

    private async ValueTask<Refusal?> RefuseLastOwnerAsync(AssignmentRow assignment)
    {
        string[] without = [.. _formerOwners, assignment.AccountId];
        if (!await Reviewers.Owners(call.Data).AnyAsync(p => !without.Contains(p.Id), call.CancellationToken))
            return new Refusal(ErrorCodes.Conflict, "It is the organisation's last owner who can sign in. Make somebody else an owner first.");
        _formerOwners.Add(assignment.AccountId);
        return null;
    }
}
