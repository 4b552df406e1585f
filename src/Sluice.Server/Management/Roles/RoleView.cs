using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Roles;

/// <summary>Roles as the API shows them.</summary>
internal static class RoleView
{
    public const int NameCharsMax = 100;
    public const int DescriptionCharsMax = 500;

    public static async ValueTask<RoleAnswer> OfAsync(OperationCall call, RoleRow row) =>
        Of(RightsReader.Of(row), row, await call.Data.Assignments.CountAsync(a => a.RoleId == row.Id, call.CancellationToken));

    public static RoleAnswer Of(Role role, RoleRow? row, int assignments) => new()
    {
        Id = role.Id,
        Name = role.Name,
        Description = role.Description,
        BuiltIn = row is null,
        Permissions = role.Permissions,
        Assignments = assignments,
        CreatedAt = row is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs),
        UpdatedAt = row is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.UpdatedAtMs),
    };

    /// <summary>Refuses a name that another role has, whatever its case: people choose roles by name.</summary>
    public static async ValueTask<Refusal?> NameTakenAsync(OperationCall call, string name, string? exceptId)
    {
        var names = await call.Data.Roles.AsNoTracking().Where(r => r.Id != exceptId).Select(r => r.Name).ToListAsync(call.CancellationToken);
        return names.Concat(BuiltInRoles.All.Select(r => r.Name)).Contains(name, StringComparer.OrdinalIgnoreCase)
            ? new Refusal(ErrorCodes.Conflict, "Another role has this name.")
            : null;
    }

    public static Refusal BuiltIn { get; } = new(ErrorCodes.Conflict, "A built-in role cannot be changed. Create one of your own with the permissions you want.");
}
