using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Roles;

internal static class CreateRole
{
    /// <summary>Roles of its own that one organisation may have.</summary>
    public const int RolesMax = 200;

    public static readonly Operation Operation = new()
    {
        Name = "createRole",
        Method = "POST",
        Path = "/roles",
        Permission = Permissions.RolesWrite,
        Summary = "Create a role",
        Description = "Nobody makes a role that allows more than they may themselves: then the answer is 403 and names the action. `POST /api/v1/roles/preview` says a permission list in words first.",
        Body = typeof(RoleBody),
        BodyExample = """
            {"name":"AI Application Engineer (chat team)","description":"Chat endpoint, a week of logs, temporary quota increases","permissions":[{"action":"api.call","routes":["POST /v1/chat/completions"],"models":["deepseek-*"]},{"action":"logs.read","days":7},{"action":"quota.request"}]}
            """,
        Answer = typeof(RoleAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var name = call.Body.Text("name", RoleView.NameCharsMax, required: true);
        var description = call.Body.Text("description", RoleView.DescriptionCharsMax);
        var permissions = await PermissionFields.ReadAsync(call, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        var role = new Role(ObjectId.New(ObjectId.Role, call.Now), name!, description ?? "", permissions!);
        if (Giving.Refused(await Giving.RightsAsync(call), role, null) is { } beyond)
            return beyond;
        if (await RoleView.NameTakenAsync(call, name!, null) is { } taken)
            return taken;
        if (await call.Data.Roles.CountAsync(call.CancellationToken) >= RolesMax)
            return new Refusal(ErrorCodes.Conflict, $"The organisation has {RolesMax} roles of its own, which is the most there can be.");

        var row = new RoleRow
        {
            Id = role.Id,
            OrganisationId = call.Caller.OrganisationId,
            Name = role.Name,
            Description = role.Description,
            Permissions = RightsReader.Write(role.Permissions),
            CreatedAtMs = call.NowMs,
            UpdatedAtMs = call.NowMs,
        };
        call.Data.Add(row);
        call.Audit("role.create", row.Id, ("name", row.Name), ("permissions", row.Permissions));
        return new Answer(RoleView.Of(role, row, 0), OperationCall.Path("roles", row.Id), row.UpdatedAtMs);
    }
}
