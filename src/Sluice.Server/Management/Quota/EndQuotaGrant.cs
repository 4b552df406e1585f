using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Notices;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Quota;

internal static class EndQuotaGrant
{
    public static readonly Operation Operation = new()
    {
        Name = "endQuotaGrant",
        Method = "POST",
        Path = "/quota-grants/{id}/end",
        Permission = null,
        Summary = "End a temporary increase before its time",
        Description = "With `quota.approve` one of the organisation; with `installation.quota` any. The key's own limit is in force when the call returns.",
        Answer = typeof(QuotaGrantAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if ((QuotaAccess.MayNotReview(call) ?? call.Refused()) is { } refusal)
            return refusal;
        var all = QuotaAccess.ReviewsAll(call);
        var grant = await QuotaAccess.ReviewableGrants(call).SingleOrDefaultAsync(g => g.Id == call.Id, call.CancellationToken);
        if (grant is null)
            return Outcome.NotFound;
        if (grant.EndedAtMs is not null || grant.UntilMs <= call.NowMs)
            return call.AsItWas((await QuotaView.OfAsync(call, [grant], all))[0]);

        (grant.UntilMs, grant.EndedAtMs) = (call.NowMs, call.NowMs);
        DecideQuota.Audit(call, grant.OrganisationId, "quota.end", grant.Id, ("keyId", grant.KeyId), ("limit", grant.LimitKind), ("value", grant.Value));
        call.KeyChanged(grant.KeyId);
        var key = await DecideQuota.KeyAsync(call, grant.KeyId);
        var applicant = await (all ? call.Installation.QuotaApplications : call.Data.QuotaApplications).Where(a => a.Id == grant.ApplicationId).Select(a => a.ApplicantId).SingleAsync(call.CancellationToken);
        QuotaNotices.Ended(grant, key.Name, LimitValues.Of(key)[grant.LimitKind])
            .Tell(call, await PeopleToTell.OfAsync(call.Accounts.Context, [applicant, key.OwnerId], call.CancellationToken), grant.OrganisationId, grant.Id, call.Caller.AccountId);
        return new Answer((await QuotaView.OfAsync(call, [grant], all))[0]);
    }
}
