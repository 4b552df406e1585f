using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Notices;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

/// <summary>
/// Notes that temporary increases are over, and tells people: a day before for those of three days and more, and at the end. The increase itself ends by the
/// clock, on every node and to the second, whether this runs or not.
/// </summary>
internal sealed class EndQuotaGrants(SluiceDatabase database, RunSystemAct acts, TimeProvider time, ILogger<EndQuotaGrants> log) : SystemJob(time, log)
{
    private const int AtOnce = 500;
    private const long DayMs = 24 * 60 * 60 * 1000;
    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromMinutes(1);

    protected override string Name => "end quota grants";

    public override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        List<string> due;
        await using (var db = database.CreateContext())
        {
            due = await db.QuotaGrants.Where(g => g.EndedAtMs == null && (g.UntilMs <= now || (g.RemindedAtMs == null && g.UntilMs - g.FromMs >= 3 * DayMs && g.UntilMs - now <= DayMs)))
                .OrderBy(g => g.UntilMs).Select(g => g.Id).Take(AtOnce).ToListAsync(cancellationToken);
        }

        foreach (var id in due)
            await acts.RunAsync(Name, act => EndAsync(act, id), cancellationToken);
    }

    private static async Task EndAsync(SystemAct act, string id)
    {
        var grant = await act.Db.QuotaGrants.SingleAsync(g => g.Id == id, act.CancellationToken);
        if (grant.EndedAtMs is not null)
            return;
        var over = grant.UntilMs <= act.NowMs;
        if (!over && grant.RemindedAtMs is not null)
            return;
        var key = await act.Db.Keys.AsNoTracking().SingleAsync(k => k.Id == grant.KeyId, act.CancellationToken);
        var applicant = await act.Db.QuotaApplications.Where(a => a.Id == grant.ApplicationId).Select(a => a.ApplicantId).SingleAsync(act.CancellationToken);
        var people = await PeopleToTell.OfAsync(act.Db, [applicant, key.OwnerId], act.CancellationToken);
        var own = LimitValues.Of(key)[grant.LimitKind];
        if (over)
        {
            grant.EndedAtMs = act.NowMs;
            act.Audit(grant.OrganisationId, "quota.end", grant.Id, ("keyId", grant.KeyId), ("limit", grant.LimitKind), ("value", grant.Value), ("untilMs", grant.UntilMs));
            act.KeyChanged(grant.KeyId);
            QuotaNotices.Ended(grant, key.Name, own).Tell(act, people, grant.OrganisationId, grant.Id);
        }
        else
        {
            grant.RemindedAtMs = act.NowMs;
            QuotaNotices.EndsSoon(act, grant, key.Name, own).Tell(act, people, grant.OrganisationId, grant.Id);
        }
    }
}
