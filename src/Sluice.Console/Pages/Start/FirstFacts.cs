using Sluice.Console.Door;
using Sluice.Console.Layout;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Start;

/// <summary>How far somebody is on the way to the first production call.</summary>
/// <param name="Email">Whether the address is confirmed.</param>
/// <param name="Phone">Whether the telephone number is confirmed.</param>
/// <param name="Keys">Keys there are, as far as it matters: none, one, or more.</param>
/// <param name="HasCalls">Whether a key was ever used.</param>
/// <param name="ProductionKeyId">The newest active production key.</param>
/// <param name="HasNetworks">Whether a production key is bound to networks.</param>
/// <param name="HasProductionCalls">Whether a production key was used.</param>
public sealed record FirstFacts(bool Email, bool Phone, int Keys, bool HasCalls, string? ProductionKeyId, bool HasNetworks, bool HasProductionCalls)
{
    public static async Task<FirstFacts> FindAsync(Plane plane, Visit visit, bool calledToday)
    {
        var project = visit.Project?.Id;
        var keys = (await plane.GetAsync<Page<KeyAnswer>>(Address.Of("/keys", ("limit", "2"), ("sort", "lastUsed"), ("projectId", project)))).Value?.Data ?? [];
        var production = (await plane.GetAsync<Page<KeyAnswer>>(Address.Of("/keys", ("limit", "20"), ("kind", KeyKinds.Production), ("status", KeyStatuses.Active), ("projectId", project)))).Value?.Data ?? [];
        return new FirstFacts(visit.Me?.EmailConfirmed is true, visit.Me?.PhoneConfirmed is true, keys.Count, calledToday || keys.Any(static k => k.LastUse is not null), production.Count > 0 ? production[0].Id : null,
            production.Any(static k => k.AllowedNetworks.Count > 0), production.Any(static k => k.LastUse is not null));
    }
}
