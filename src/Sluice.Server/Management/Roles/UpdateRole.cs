using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

internal static class UpdateRole
{
    public static readonly Operation Operation = new()
    {
        Name = "updateRole",
        Method = "PATCH",
        Path = "/roles/{id}",
        Permission = Permissions.RolesWrite,
        Summary = "Change a role of the organisation's own",
        Description = "Members left out stay as they are. Whoever holds the role may do what it now says from the next call on, and so may their keys. The new permissions must lie within the caller's own; a role that makes owners is changed by owners only.",
        Body = typeof(UpdateRoleBody),
        BodyExample = """{"permissions":[{"action":"api.call","routes":["POST /v1/chat/completions"]},{"action":"logs.read","days":3}]}""",
        Answer = typeof(RoleAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        // Whoever gives the role at this moment waits, and sees what it has become.
        await call.Data.LockOwnersAsync(call.CancellationToken);
        var row = await call.Data.Roles.SingleOrDefaultAsync(r => r.Id == call.Id, call.CancellationToken);
        if (row is null)
            return await Giving.FindAsync(call, call.Id) is null ? Outcome.NotFound : RoleView.BuiltIn;
        call.Body.RefuseNull("name", "permissions");
        var name = call.Body.Text("name", RoleView.NameCharsMax);
        var description = call.Body.Text("description", RoleView.DescriptionCharsMax);
        var permissions = await PermissionFields.ReadAsync(call, required: false);
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.OtherVersion(row.UpdatedAtMs) is { } other)
            return other;
        if (await Giving.OwnersOnlyAsync(call, [row.Id]) is { } ownersOnly)
            return ownersOnly;

        var changed = new List<(string, object?)>();
        if (name is not null && name != row.Name)
        {
            if (await RoleView.NameTakenAsync(call, name, row.Id) is { } taken)
                return taken;
            changed.Add(("name", row.Name = name));
        }

        if (call.Body.Has("description") && (description ?? "") != row.Description)
            changed.Add(("description", row.Description = description ?? ""));
        if (permissions is not null && RightsReader.Write(permissions) is var written && written != row.Permissions)
        {
            if (Giving.Refused(await Giving.RightsAsync(call), new Role(row.Id, row.Name, row.Description, permissions), null) is { } beyond)
                return beyond;
            changed.Add(("permissions", row.Permissions = written));
            call.OrganisationChanged(row.OrganisationId);
        }

        if (changed.Count == 0)
            return call.AsItWas(await RoleView.OfAsync(call, row));
        row.UpdatedAtMs = call.Touch(row.UpdatedAtMs);
        call.Audit("role.update", row.Id, [.. changed]);
        return new Answer(await RoleView.OfAsync(call, row), Version: row.UpdatedAtMs);
    }
}
