using Sluice.Console.Door;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Governance;

/// <summary>All roles of the organisation, built-in ones too.</summary>
internal static class RoleList
{
    public static async Task<(IReadOnlyList<RoleAnswer> Roles, ProblemBody? Problem)> ReadAsync(Plane plane)
    {
        var reply = await plane.GetAsync<Page<RoleAnswer>>("/roles");
        return (reply.Value?.Data ?? [], reply.Problem);
    }
}
