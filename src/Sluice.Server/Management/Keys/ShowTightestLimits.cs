using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Gateway.Limits;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

internal static class ShowTightestLimits
{
    private const int LimitDefault = 5;
    private const int LimitMax = 20;
    // A limit that is nearly taken is that of a key in use.
    private const int KeysLookedAt = 200;

    public static readonly Operation Operation = new()
    {
        Name = "showTightestLimits",
        Method = "GET",
        Path = "/limits",
        Permission = Permissions.KeysRead,
        Summary = "Show the keys that are nearest to their limit of calls a day",
        Description = "Of the 200 keys used last, as the node that answers counts them; the one with the largest share taken first. Keys without a limit, and those that are disabled or revoked, are left out.",
        Query =
        [
            new("limit", "How many at most, 1–20; 5 where left out."),
            new("projectId", "Keys of this project only."),
        ],
        Answer = typeof(Page<TightLimitAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var limit = call.Query.Whole("limit", 1, LimitMax) ?? LimitDefault;
        var projectId = call.Query.Text("projectId", 64);
        if (call.Refused() is { } refusal)
            return refusal;

        var zone = TimeZoneInfo.FindSystemTimeZoneById(await call.Data.Organisations.Select(o => o.TimeZone).SingleAsync(call.CancellationToken));
        var used = await call.Data.KeyUses.Where(u => u.LastUsedAtMs > 0).OrderByDescending(u => u.LastUsedAtMs).Take(KeysLookedAt).Select(u => u.KeyId).ToListAsync(call.CancellationToken);
        var keys = await call.Data.Keys.Where(k => used.Contains(k.Id) && k.CallsPerDay != null && k.Enabled && k.RevokedAtMs == null && (projectId == null || k.ProjectId == projectId)).ToListAsync(call.CancellationToken);
        var ids = keys.ConvertAll(static k => k.Id);
        var grants = (await call.Data.QuotaGrants.Where(g => ids.Contains(g.KeyId) && g.LimitKind == LimitNames.CallsPerDay && g.EndedAtMs == null && g.FromMs <= call.NowMs && g.UntilMs > call.NowMs).ToListAsync(call.CancellationToken))
            .ToLookup(static g => g.KeyId);
        var tiers = new Dictionary<string, long?>(StringComparer.Ordinal);
        foreach (var kind in keys.Select(static k => k.Kind).Distinct())
            tiers[kind] = (await TierLimits.DefaultsAsync(call, kind))[LimitNames.CallsPerDay];
        var levels = new List<TightLimitAnswer>();
        foreach (var key in keys)
        {
            var use = call.Tools.LimitUseOf(key.Id, zone) ?? new LimitUse(await call.Tools.CallsOnDayAsync(key.Id, await KeyView.TodayAsync(call), call.CancellationToken), default, 0, default, 0, default, 0);
            levels.Add(new TightLimitAnswer { KeyId = key.Id, KeyName = key.Name, Limit = ShowKeyLimits.LevelOf(call, LimitNames.CallsPerDay, key.CallsPerDay, tiers[key.Kind], use.CallsToday, use.DayEndsIn, countedAlways: true, [.. grants[key.Id]]) });
        }

        return new Answer(new Page<TightLimitAnswer> { Data = [.. levels.OrderByDescending(static l => (double)(l.Limit.Used ?? 0) / Math.Max(1, l.Limit.Limit ?? 1)).ThenBy(static l => l.KeyId, StringComparer.Ordinal).Take(limit)] });
    }
}
