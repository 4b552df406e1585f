using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Members;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Roles;

internal static class CreateAssignment
{
    /// <summary>Roles that one member may hold.</summary>
    private const int PerMemberMax = 200;

    public static readonly Operation Operation = new()
    {
        Name = "createAssignment",
        Method = "POST",
        Path = "/assignments",
        Permission = Permissions.RolesWrite,
        Summary = "Give a member a role, in the whole organisation or in one project",
        Description = "Holds from the member's next call on, and for their keys. Nobody gives more than they have themselves; owners are made by owners. Roles add up; none takes away.",
        Body = typeof(AssignmentBody),
        BodyExample = """{"accountId":"acc_01kbexample0000000000000000","roleId":"role_developer","projectId":"prj_01kbexample0000000000000000"}""",
        Answer = typeof(AssignmentAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var accountId = call.Body.Text("accountId", 64, required: true);
        var roleId = call.Body.Text("roleId", 64, required: true);
        var projectId = call.Body.Text("projectId", 64);
        if (call.Refused() is { } refusal)
            return refusal;
        var token = call.CancellationToken;
        await call.Data.LockOwnersAsync(token);
        if (!await call.Data.Members.AnyAsync(m => m.AccountId == accountId, token))
            call.Body.Refuse("accountId", ErrorCodes.InvalidValue, "'accountId' is not the id of a member. Invite the person first.");
        var role = await Giving.FindAsync(call, roleId!);
        if (role is null)
            call.Body.Refuse("roleId", ErrorCodes.InvalidValue, "'roleId' is not the id of a role.");
        if (projectId is not null && !await call.Data.Projects.AnyAsync(p => p.Id == projectId, token))
            call.Body.Refuse("projectId", ErrorCodes.InvalidValue, "'projectId' is not the id of a project.");
        if (call.Refused() is { } unknown)
            return unknown;
        if (Giving.Refused(await Giving.RightsAsync(call), role!, projectId) is { } beyond)
            return beyond;
        var held = await call.Data.Assignments.Where(a => a.AccountId == accountId).ToListAsync(token);
        if (held.Exists(a => a.RoleId == roleId && a.ProjectId == projectId && a.Source == "direct"))
            return new Refusal(ErrorCodes.Conflict, "The member holds this role there already.");
        if (held.Count >= PerMemberMax)
            return new Refusal(ErrorCodes.Conflict, $"The member holds {PerMemberMax} roles, which is the most there can be.");

        var row = new AssignmentRow
        {
            Id = ObjectId.New(ObjectId.Assignment, call.Now),
            OrganisationId = call.Caller.OrganisationId,
            AccountId = accountId!,
            RoleId = roleId!,
            ProjectId = projectId,
            Source = "direct",
            CreatedAtMs = call.NowMs,
            CreatedBy = call.ActorId,
        };
        call.Data.Add(row);
        call.Audit("assignment.create", row.Id, ("accountId", accountId), ("roleId", roleId), ("projectId", projectId));
        call.OwnerChanged(accountId!);
        return Outcome.Of(AssignmentView.Of(row, await MemberView.RoleNamesAsync(call)), "/api/v1/assignments?accountId=" + accountId);
    }
}
