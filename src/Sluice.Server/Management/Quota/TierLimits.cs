using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

/// <summary>
/// What the standing of an organisation lets it give its own keys. More than that is the operator's to give, or comes with an approved application; the
/// operator's own organisation is bound by nothing.
/// </summary>
internal static class TierLimits
{
    /// <summary>Refuses limits above the ceilings of the caller's organisation. Being without a limit is above every ceiling.</summary>
    /// <param name="kind">Of the key; see <see cref="KeyKinds"/>.</param>
    public static Task<Refusal?> CheckAsync(OperationCall call, string kind, long? callsPerDay, long? requestsPerMinute, long? tokensPerMinute, int? concurrency) =>
        CheckAsync(call, kind, new LimitValues(callsPerDay, requestsPerMinute, tokensPerMinute, concurrency));

    /// <param name="after">The limits as they shall be.</param>
    /// <param name="before">The limits as they are, for a key that exists: one that is not raised is never refused, so that a key with more than the tier gives can be changed otherwise.</param>
    /// <inheritdoc cref="CheckAsync(OperationCall, string, long?, long?, long?, int?)"/>
    public static async Task<Refusal?> CheckAsync(OperationCall call, string kind, LimitValues after, LimitValues? before = null)
    {
        if (call.Caller.IsOperator)
            return null;
        var tier = await OfCallerAsync(call);
        var ceilings = LimitValues.CeilingsOf(tier);
        return Refusal.Of(
        [
            .. LimitNames.All
                .Where(limit => ceilings[limit] is { } most && !(after[limit] <= most) && !(before is { } was && IsAtMost(after[limit], was[limit])))
                .Select(limit => new FieldRefusal($"limits.{limit}", ErrorCodes.AboveTier,
                    $"'limits.{limit}' may be at most {ceilings[limit]} for a {kind} key of an organisation of the tier '{tier.Name}'. Set less, and apply for more with POST /api/v1/quota-applications.")),
        ]);
    }

    /// <summary>The limits of a new key where its body says nothing of them.</summary>
    public static async Task<LimitValues> DefaultsAsync(OperationCall call, string kind)
    {
        var tier = await OfCallerAsync(call);
        if (call.Caller.IsOperator)
            return new LimitValues(kind is KeyKinds.Test ? tier.TestCallsPerDay : null, null, null, null);
        return LimitValues.CeilingsOf(tier) with { CallsPerDay = Math.Min(kind is KeyKinds.Test ? tier.TestCallsPerDay : tier.ProductionCallsPerDay, tier.CallsPerDayMax) };
    }

    /// <summary>The tier of the caller's organisation.</summary>
    public static async Task<TierRow> OfCallerAsync(OperationCall call) =>
        await OfAsync(call.Data.Tiers, await call.Data.Organisations.Select(o => o.Tier).SingleAsync(call.CancellationToken), call.CancellationToken);

    /// <summary>A tier by its id. One that was taken away counts as the lowest.</summary>
    public static async Task<TierRow> OfAsync(IQueryable<TierRow> tiers, string id, CancellationToken cancellationToken) =>
        await tiers.AsNoTracking().OrderBy(t => t.Id == id ? 0 : 1).ThenBy(t => t.Rank).FirstAsync(cancellationToken);

    // Without a limit is more than any.
    private static bool IsAtMost(long? value, long? most) => most is null || value <= most;
}
