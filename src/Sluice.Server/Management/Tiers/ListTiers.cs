using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Tiers;

internal static class ListTiers
{
    public static readonly Operation Operation = new()
    {
        Name = "listTiers",
        Method = "GET",
        Path = "/tiers",
        Permission = null,
        Summary = "List the tiers of organisations, lowest first",
        Description = "What an organisation gets without asking: `personal` by default, `business` by a company's mail address, `enterprise` by enterprise verification.",
        Answer = typeof(Page<TierAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var rows = await call.Data.Tiers.OrderBy(t => t.Rank).ToListAsync(call.CancellationToken);
        return new Answer(new Page<TierAnswer> { Data = [.. rows.Select(TierView.Of)] });
    }
}
