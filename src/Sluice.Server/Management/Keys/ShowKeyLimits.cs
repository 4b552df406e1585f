using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Gateway.Limits;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

internal static class ShowKeyLimits
{
    public static readonly Operation Operation = new()
    {
        Name = "showKeyLimits",
        Method = "GET",
        Path = "/keys/{id}/limits",
        Permission = Permissions.KeysRead,
        Summary = "Show how much of a key's limits is taken now",
        Description = "As the node that answers counts it: limits are decided where calls come in. Granted increases that have begun are in the limits.",
        Answer = typeof(KeyLimitUseAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken) is not { } key)
            return Outcome.NotFound;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(await call.Data.Organisations.Select(o => o.TimeZone).SingleAsync(call.CancellationToken));
        var use = call.Tools.LimitUseOf(key.Id, zone) ?? new LimitUse(await call.Tools.CallsOnDayAsync(key.Id, await KeyView.TodayAsync(call), call.CancellationToken), default, 0, default, 0, default, 0);
        var grants = await call.Data.QuotaGrants.Where(g => g.KeyId == key.Id && g.EndedAtMs == null && g.FromMs <= call.NowMs && g.UntilMs > call.NowMs).ToListAsync(call.CancellationToken);
        var (own, tier) = (LimitValues.Of(key), await TierLimits.DefaultsAsync(call, key.Kind));
        KeyLimitLevel Level(string name, long used, TimeSpan? resetsIn, bool countedAlways) => LevelOf(call, name, own[name], tier[name], used, resetsIn, countedAlways, grants);
        return new Answer(new KeyLimitUseAnswer
        {
            KeyId = key.Id,
            At = call.Now,
            Limits =
            [
                Level(LimitNames.CallsPerDay, use.CallsToday, use.DayEndsIn, countedAlways: true),
                Level(LimitNames.RequestsPerMinute, use.Requests, use.RequestsEmptyIn, countedAlways: false),
                Level(LimitNames.TokensPerMinute, use.Tokens, use.TokensEmptyIn, countedAlways: false),
                Level(LimitNames.Concurrency, use.UnderWay, null, countedAlways: true),
            ],
        });
    }

    public static KeyLimitLevel LevelOf(OperationCall call, string name, long? own, long? tier, long used, TimeSpan? resetsIn, bool countedAlways, IReadOnlyList<QuotaGrantRow> grants)
    {
        // As the gateway does it: the largest grant counts, and one that is below the key's own limit does nothing.
        var grant = own is null ? null : grants.Where(g => g.LimitKind == name && g.Value > own).MaxBy(static g => (g.Value, g.UntilMs));
        var limit = grant?.Value ?? own;
        return new KeyLimitLevel
        {
            Name = name,
            Limit = limit,
            Used = limit is null && !countedAlways ? null : used,
            Remaining = limit is { } most ? Math.Max(0, most - used) : null,
            ResetsAt = resetsIn is { } wait && (limit is not null || countedAlways) ? call.Now + wait : null,
            Source = limit is null ? null : grant is not null ? LimitSources.Grant : own == tier ? LimitSources.Tier : LimitSources.Key,
            GrantedUntil = grant is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(grant.UntilMs),
            WithoutGrant = grant is null ? null : own,
        };
    }
}
