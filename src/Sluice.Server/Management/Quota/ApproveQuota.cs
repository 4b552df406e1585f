using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

internal static class ApproveQuota
{
    public static readonly Operation Operation = new()
    {
        Name = "approveQuotaApplication",
        Method = "POST",
        Path = "/reviews/quota/{id}/approve",
        Permission = null,
        Summary = "Approve a quota application, or part of it",
        Description = "With `quota.approve` up to what the organisation's tier allows; with `installation.quota` anything, of any organisation. Nobody approves their own. The next call with the key passes.",
        Body = typeof(ApproveQuotaBody),
        BodyOptional = true,
        BodyExample = """{"value":3000,"reason":"Enough for the test; come back if it is not."}""",
        Answer = typeof(QuotaApplicationAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var asked = call.Body.Whole("value", 1, KeyFields.LimitMax);
        var askedUntil = call.Body.Instant("until");
        var reason = call.Body.Lines("reason", DecideQuota.ReasonCharsMax);
        if (QuotaAccess.MayNotReview(call) is { } may)
            return may;
        var row = await QuotaAccess.Reviewable(call).SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (asked > row.RequestedValue)
            call.Body.Refuse("value", ErrorCodes.InvalidValue, $"'value' may be at most what was applied for, which is {row.RequestedValue}.");
        if (askedUntil is not null && !row.Temporary)
            call.Body.Refuse("until", ErrorCodes.InvalidValue, "'until' belongs to a temporary increase; this one is to last.");
        if (call.Refused() is { } refusal)
            return refusal;
        if (await DecideQuota.RefusedAsync(call, row) is { } refused)
            return refused;

        var value = asked ?? row.RequestedValue;
        var key = await DecideQuota.KeyAsync(call, row.KeyId);
        if (await UnfitAsync(call, row, key, value) is { } unfit)
            return unfit;
        var from = Math.Max(row.FromMs ?? call.NowMs, call.NowMs);
        var until = askedUntil?.ToUnixTimeMilliseconds() ?? row.UntilMs;
        if (row.Temporary && WrongEnd(from, until!.Value, askedUntil is not null) is { } wrongEnd)
            return wrongEnd;
        if (!await DecideQuota.ClaimAsync(QuotaAccess.Reviewable(call), row, QuotaStatuses.Approved, call.CancellationToken))
            return DecideQuota.Decided(row);

        DecideQuota.Note(call, row, reason);
        row.GrantedValue = value;
        row.GrantedUntilMs = row.Temporary ? until : null;
        var grantId = row.Temporary ? Grant(call, row, value, from, until!.Value) : Raise(call, row, key, value);
        DecideQuota.Audit(call, row.OrganisationId, "quota.approve", row.Id, ("keyId", row.KeyId), ("limit", row.LimitKind), ("value", value), ("temporary", row.Temporary),
            ("fromMs", row.Temporary ? from : null), ("untilMs", row.GrantedUntilMs), ("grantId", grantId));
        call.KeyChanged(key.Id);
        await QuotaNotices.DecidedAsync(call, call.Accounts.Context, row, key.Name, key.OwnerId);
        return new Answer(await QuotaView.WithCommentsAsync(call, row, QuotaAccess.ReviewsAll(call)), Version: row.UpdatedAtMs);
    }

    private static async Task<Refusal?> UnfitAsync(OperationCall call, QuotaApplicationRow row, KeyRow key, long value)
    {
        if (key.RevokedAtMs is not null)
            return new Refusal(ErrorCodes.Conflict, "The key was revoked meanwhile. Reject the application.");
        if (LimitValues.Of(key)[row.LimitKind] is not { } own || own >= value)
            return new Refusal(ErrorCodes.Conflict, "The key itself has as much by now. Reject the application, or approve more.");
        if (QuotaAccess.ReviewsAll(call) || call.Caller.IsOperator)
            return null;
        var tier = await TierLimits.OfCallerAsync(call);
        return LimitValues.CeilingsOf(tier)[row.LimitKind] is { } most && value > most
            ? new Refusal(ErrorCodes.AboveTier, $"In the tier '{tier.Name}' at most {most} can be approved for '{row.LimitKind}'. The operator's reviewers can approve more; approve less with 'value', or leave it to them.",
                [new("value", ErrorCodes.AboveTier, $"At most {most}.")])
            : null;
    }

    private static Refusal? WrongEnd(long fromMs, long untilMs, bool given)
    {
        if (untilMs <= fromMs)
        {
            return given
                ? Refusal.Of([new("until", ErrorCodes.InvalidValue, "'until' must be in the future and after the beginning.")])
                : new Refusal(ErrorCodes.Conflict, "The time that was applied for is over. Reject the application, or give 'until'.");
        }

        return untilMs - fromMs > (long)ApplyForQuota.LongestGrant.TotalMilliseconds
            ? Refusal.Of([new("until", ErrorCodes.InvalidValue, $"'until' must be at most {ApplyForQuota.LongestGrant.TotalDays} days after the beginning.")])
            : null;
    }

    private static string Grant(OperationCall call, QuotaApplicationRow row, long value, long fromMs, long untilMs)
    {
        var grant = new QuotaGrantRow
        {
            Id = ObjectId.New(ObjectId.QuotaGrant, call.Now), OrganisationId = row.OrganisationId, KeyId = row.KeyId, ApplicationId = row.Id, LimitKind = row.LimitKind, Value = value, FromMs = fromMs, UntilMs = untilMs, CreatedAtMs = call.NowMs,
        };
        if (row.OrganisationId == call.Caller.OrganisationId) call.Data.Add(grant);
        else call.Installation.Add(grant);
        return grant.Id;
    }

    private static string? Raise(OperationCall call, QuotaApplicationRow row, KeyRow key, long value)
    {
        LimitValues.Set(key, row.LimitKind, value);
        key.UpdatedAtMs = call.Touch(key.UpdatedAtMs);
        return null;
    }
}
