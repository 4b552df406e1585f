using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Enterprise;

/// <summary>Ends verifications whose time is over, and tells people of it 30 and 7 days before.</summary>
internal sealed class ExpireVerifications(SluiceDatabase database, RunSystemAct acts, TimeProvider time, ILogger<ExpireVerifications> log) : SystemJob(time, log)
{
    private const int AtOnce = 500;
    private const long DayMs = 24 * 60 * 60 * 1000;
    private static readonly int[] RemindAtDays = [7, 30];
    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromMinutes(10);

    protected override string Name => "expire verifications";

    public override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        List<string> due;
        await using (var db = database.CreateContext())
        {
            due = await db.EnterpriseApplications.Where(e => e.Status == EnterpriseStatuses.Approved
                    && (e.ValidUntilMs <= now || (e.ValidUntilMs - now <= 7 * DayMs && (e.RemindedDays == null || e.RemindedDays > 7)) || (e.ValidUntilMs - now <= 30 * DayMs && e.RemindedDays == null)))
                .OrderBy(e => e.ValidUntilMs).Select(e => e.Id).Take(AtOnce).ToListAsync(cancellationToken);
        }

        foreach (var id in due)
            await acts.RunAsync(Name, act => LookAtAsync(act, id), cancellationToken);
    }

    private static async Task LookAtAsync(SystemAct act, string id)
    {
        var row = await act.Db.EnterpriseApplications.SingleAsync(e => e.Id == id, act.CancellationToken);
        if (row.Status != EnterpriseStatuses.Approved || row.ValidUntilMs is not { } until)
            return;
        if (until <= act.NowMs)
        {
            await EndAsync(act, row);
            return;
        }

        foreach (var days in RemindAtDays)
        {
            if (until - act.NowMs > days * DayMs)
                continue;
            if (row.RemindedDays is { } told && told <= days)
                return;
            row.RemindedDays = days;
            await EnterpriseNotices.EndsSoonAsync(act, row, days);
            return;
        }
    }

    private static async Task EndAsync(SystemAct act, EnterpriseApplicationRow row)
    {
        var organisation = await act.Db.Organisations.SingleAsync(o => o.Id == row.OrganisationId, act.CancellationToken);
        row.Status = EnterpriseStatuses.Expired;
        row.UpdatedAtMs = Math.Max(act.NowMs, row.UpdatedAtMs + 1);
        organisation.Tier = organisation.BaseTier;
        organisation.VerifiedUntilMs = null;
        organisation.UpdatedAtMs = Math.Max(act.NowMs, organisation.UpdatedAtMs + 1);
        act.Audit(organisation.Id, "verification.expire", row.Id, ("tier", organisation.Tier), ("validUntilMs", row.ValidUntilMs));
        act.OrganisationChanged(organisation.Id);
        var lowered = await LowerToTier.RunAsync(act, organisation.Id, await TierLimits.OfAsync(act.Db.Tiers, organisation.BaseTier, act.CancellationToken));
        await EnterpriseNotices.ExpiredAsync(act, row, lowered);
    }
}
