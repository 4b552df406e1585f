using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Documents;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

internal static class ApplyForQuota
{
    public const int ScenarioCharsMin = 20;
    public const int ScenarioCharsMax = 4000;
    public const int VolumeCharsMax = 500;
    public static readonly TimeSpan LongestGrant = TimeSpan.FromDays(366);

    public static readonly Operation Operation = new()
    {
        Name = "applyForQuota",
        Method = "POST",
        Path = "/quota-applications",
        Permission = Permissions.QuotaRequest,
        Summary = "Apply for more of a key's limit",
        Description = "The key must be the caller's own, or one that the caller sees (`keys.read`). A temporary increase ends by itself; a lasting one changes the key and so also needs `keys.write`. "
            + "There can be one open application for each limit of a key.",
        Body = typeof(QuotaApplicationBody),
        BodyBytesMax = DocumentIntake.BodyBytesMax,
        BodyExample = """
            {"keyId":"key_01arz3ndektsv4rrffq69g5fav","limit":"callsPerDay","requestedValue":5000,"temporary":true,"until":"2030-02-28T00:00:00Z","scenario":"Load test before the spring sale, on the staging system.","expectedVolume":"About 4,000 calls a day for two weeks"}
            """,
        Answer = typeof(QuotaApplicationAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Prepare = Prepare,
        Run = RunAsync,
    };

    private sealed record Asked(string KeyId, string Limit, long Value, bool Temporary, long? FromMs, long? UntilMs, string Scenario, string Volume, DocumentRow? Document);

    private static ValueTask<Refusal?> Prepare(OperationCall call)
    {
        var body = call.Body;
        var keyId = body.Text("keyId", 64, required: true);
        var limit = body.OneOf("limit", LimitNames.All, required: true);
        var value = body.Whole("requestedValue", 1, limit is LimitNames.Concurrency ? KeyFields.ConcurrencyMax : KeyFields.LimitMax);
        var temporary = body.Flag("temporary");
        foreach (var name in new[] { "requestedValue", "temporary" }.Where(name => !body.Has(name) || body.IsNull(name)))
            body.Refuse(name, ErrorCodes.MissingParameter, $"'{name}' is required.");
        var (from, until) = (body.Instant("from"), body.Instant("until"));
        CheckTimes(call, temporary, from, until);
        var scenario = body.Lines("scenario", ScenarioCharsMax, required: true);
        if (scenario is not null && scenario.Trim().Length < ScenarioCharsMin)
            body.Refuse("scenario", ErrorCodes.InvalidValue, $"'scenario' must have at least {ScenarioCharsMin} characters: say what the calls are for, so that somebody else can decide.");
        var volume = body.Text("expectedVolume", VolumeCharsMax, required: true);
        var file = DocumentIntake.Read(body, "attachment");
        if (call.Refused() is { } refusal)
            return new(refusal);
        call.Prepared = new Asked(keyId!, limit!, value!.Value, temporary!.Value, from?.ToUnixTimeMilliseconds(), until?.ToUnixTimeMilliseconds(), scenario!, volume!,
            file is null ? null : DocumentIntake.Seal(call, file, DocumentPurposes.Quota));
        return default;
    }

    private static void CheckTimes(OperationCall call, bool? temporary, DateTimeOffset? from, DateTimeOffset? until)
    {
        var body = call.Body;
        if (temporary is false)
        {
            foreach (var name in new[] { "from", "until" }.Where(name => body.Has(name) && !body.IsNull(name)))
                body.Refuse(name, ErrorCodes.InvalidValue, $"'{name}' belongs to a temporary increase; this one is to last.");
            return;
        }

        if (from < call.Now)
            body.Refuse("from", ErrorCodes.InvalidValue, $"'from' must not be in the past; it is now {call.Now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.");
        if (from > call.Now + LongestGrant)
            body.Refuse("from", ErrorCodes.InvalidValue, $"'from' must be within {LongestGrant.TotalDays} days.");
        if (temporary is true && until is null && (!body.Has("until") || body.IsNull("until")))
            body.Refuse("until", ErrorCodes.MissingParameter, "'until' is required for a temporary increase.");
        var begins = from > call.Now ? from.Value : call.Now;
        if (until <= begins)
            body.Refuse("until", ErrorCodes.InvalidValue, "'until' must be in the future and after 'from'.");
        if (until > begins + LongestGrant)
            body.Refuse("until", ErrorCodes.InvalidValue, $"'until' must be at most {LongestGrant.TotalDays} days after the beginning.");
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var asked = (Asked)call.Prepared!;
        var key = await call.Data.Keys.AsNoTracking().SingleOrDefaultAsync(k => k.Id == asked.KeyId, call.CancellationToken);
        // A key that the caller does not see is as good as none.
        if (key is null || !((call.Caller.AccountId is { } me && key.OwnerId == me) || call.Caller.Rights.AllowsIn(Permissions.KeysRead, key.ProjectId)))
            return Refusal.Of([new("keyId", ErrorCodes.InvalidValue, "'keyId' is not the id of a key.")])!;
        if (key.RevokedAtMs is not null)
            return UpdateKey.RevokedKey;
        if (!asked.Temporary && !call.Caller.Rights.AllowsIn(Permissions.KeysWrite, key.ProjectId))
            return new Refusal(ErrorCodes.PermissionDenied, $"A lasting increase changes the key and needs '{Permissions.KeysWrite}'. Apply for a temporary one, or ask somebody who may change the key to apply.");
        var own = LimitValues.Of(key)[asked.Limit];
        if (own is null)
            return Refusal.Of([new("limit", ErrorCodes.InvalidValue, $"The key has no '{asked.Limit}' limit, so there is nothing to raise.")])!;
        var current = asked.Temporary ? await EffectiveAsync(call, key.Id, asked.Limit, own.Value) : own.Value;
        if (asked.Value <= current)
            return Refusal.Of([new("requestedValue", ErrorCodes.InvalidValue, $"'requestedValue' must be more than the key has now, which is {current}.")])!;
        if (await call.Data.QuotaApplications.AnyAsync(a => a.KeyId == key.Id && a.LimitKind == asked.Limit && a.Status == QuotaStatuses.Open, call.CancellationToken))
            return new Refusal(ErrorCodes.Conflict, $"There is an open application for '{asked.Limit}' of this key already. Comment on it, or withdraw it first.");

        var row = new QuotaApplicationRow
        {
            Id = ObjectId.New(ObjectId.QuotaApplication, call.Now), OrganisationId = key.OrganisationId, ProjectId = key.ProjectId, KeyId = key.Id, LimitKind = asked.Limit, CurrentValue = current,
            RequestedValue = asked.Value, Temporary = asked.Temporary, FromMs = asked.FromMs, UntilMs = asked.UntilMs, Scenario = asked.Scenario, ExpectedVolume = asked.Volume, DocumentId = asked.Document?.Id,
            Status = QuotaStatuses.Open, ApplicantId = QuotaAccess.Self(call), CreatedAtMs = call.NowMs, UpdatedAtMs = call.NowMs,
        };
        if (asked.Document is { } document)
            call.Data.Add(document);
        call.Data.Add(row);
        call.Audit("quota.apply", row.Id, ("keyId", row.KeyId), ("limit", row.LimitKind), ("requestedValue", row.RequestedValue), ("temporary", row.Temporary), ("fromMs", row.FromMs), ("untilMs", row.UntilMs), ("documentId", row.DocumentId));
        var ceiling = LimitValues.CeilingsOf(await TierLimits.OfCallerAsync(call))[row.LimitKind];
        await QuotaNotices.AppliedAsync(call, call.Accounts.Context, row, key.Name, aboveTier: !call.Caller.IsOperator && row.RequestedValue > ceiling);
        return new Answer((await QuotaView.OfAsync(call, [row]))[0] with { Attachment = asked.Document is { } added ? DocumentView.Of(added) : null }, OperationCall.Path("quota-applications", row.Id), row.UpdatedAtMs);
    }

    private static async Task<long> EffectiveAsync(OperationCall call, string keyId, string limit, long own)
    {
        var granted = await call.Data.QuotaGrants.Where(g => g.KeyId == keyId && g.LimitKind == limit && g.EndedAtMs == null && g.FromMs <= call.NowMs && g.UntilMs > call.NowMs).MaxAsync(g => (long?)g.Value, call.CancellationToken);
        return Math.Max(own, granted ?? own);
    }
}
