using Sluice.Console.Door;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Governance;

/// <summary>All roles of the organisation, built-in ones too.</summary>
internal static class RoleList
{
    private const int PagesMax = 5;

    public static async Task<(IReadOnlyList<RoleAnswer> Roles, ProblemBody? Problem)> ReadAsync(Plane plane)
    {
        var roles = new List<RoleAnswer>();
        string? cursor = null;
        for (var page = 0; page < PagesMax; page++)
        {
            var reply = await plane.GetAsync<Page<RoleAnswer>>(Address.Of("/roles", ("limit", "100"), ("cursor", cursor)));
            if (reply.Value is not { } value) return (roles, reply.Problem);
            roles.AddRange(value.Data.Where(r => roles.TrueForAll(have => have.Id != r.Id)));
            if ((cursor = value.NextCursor) is null) break;
        }

        return (roles, null);
    }
}
