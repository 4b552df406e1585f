using System.Globalization;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Notices;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Storage;
using Notice = Sluice.Server.Management.Notices.Notice;

namespace Sluice.Server.Management.Quota;

/// <summary>What people are told about quotas, and who.</summary>
internal static class QuotaNotices
{
    private const string Page = "quota";

    /// <summary>A new application: to those who may decide it in the organisation, and to the operator's reviewers where nobody there can.</summary>
    public static async Task AppliedAsync(OperationCall call, SluiceDb db, QuotaApplicationRow application, string keyName, bool aboveTier)
    {
        var approvers = (await PeopleToTell.WithAsync(db, application.OrganisationId, Permissions.QuotaApprove, application.ProjectId, call.CancellationToken)).Where(p => p.AccountId != application.ApplicantId).ToList();
        if (aboveTier || approvers.Count == 0)
            approvers.AddRange(await PeopleToTell.OperatorsAsync(db, Permissions.InstallationQuota, call.CancellationToken));
        var ((english, chinese), key) = (LimitWords.Of(application.LimitKind), Notice.Name(keyName));
        new Notice("quota_applied", $"More quota is applied for: {Letter.Number(application.RequestedValue)} {english} for the key \"{key}\". Approve or reject it.", $"密钥“{key}”申请将{chinese}提高到 {Letter.Number(application.RequestedValue)}，请审批。")
            .Tell(call, approvers, application.OrganisationId, application.Id, call.Caller.AccountId);
    }

    public static async Task DecidedAsync(OperationCall call, SluiceDb db, QuotaApplicationRow application, string keyName, string? ownerId)
    {
        var ((english, chinese), key) = (LimitWords.Of(application.LimitKind), Notice.Name(keyName));
        var until = application.GrantedUntilMs is { } end ? Notice.At(end) : null;
        var notice = application.GrantedValue is { } value
            ? new Notice("quota_approved", $"The application for the key \"{key}\" was approved: {Letter.Number(value)} {english}{(until is null ? "" : $" until {until}")}.",
                $"密钥“{key}”的申请已通过：{chinese}为 {Letter.Number(value)}{(until is null ? "" : $"，有效期至 {until}")}。")
            : new Notice("quota_rejected", $"The application for more {english} for the key \"{key}\" was rejected. The reason stands with the application.", $"密钥“{key}”提高{chinese}的申请未通过，原因见申请详情。");
        (notice with
        {
            Mail = new QuotaDecided(keyName, application.LimitKind, application.GrantedValue is not null, application.GrantedValue ?? application.RequestedValue,
                application.GrantedUntilMs is { } last ? DateTimeOffset.FromUnixTimeMilliseconds(last) : null, application.Reason, Notice.Link(call, Page)),
        }).Tell(call, await PeopleToTell.OfAsync(db, [application.ApplicantId, ownerId], call.CancellationToken), application.OrganisationId, application.Id, call.Caller.AccountId);
    }

    public static async Task CommentedAsync(OperationCall call, SluiceDb db, QuotaApplicationRow application, IEnumerable<string> authors) =>
        new Notice("quota_commented", "Somebody wrote to a quota application that you have to do with.", "您参与的配额申请有新留言。")
            .Tell(call, await PeopleToTell.OfAsync(db, [application.ApplicantId, .. authors], call.CancellationToken), application.OrganisationId, application.Id, call.Caller.AccountId);

    /// <param name="own">The key's own limit, which is in force from then on.</param>
    public static Notice EndsSoon(Trace telling, QuotaGrantRow grant, string keyName, long? own)
    {
        var ((english, chinese), key) = (LimitWords.Of(grant.LimitKind), Notice.Name(keyName));
        return new Notice("quota_ends_soon", $"The key \"{key}\" has {Letter.Number(grant.Value)} {english} until {Notice.At(grant.UntilMs)}, then {Shown(own) ?? "no limit"} again. Apply anew if more is needed for longer.",
            $"密钥“{key}”的{chinese}临时为 {Letter.Number(grant.Value)}，{Notice.At(grant.UntilMs)} 到期后恢复为 {Shown(own) ?? "不限"}。如需延长请重新申请。")
        {
            Mail = own is { } after ? new GrantEndsSoon(keyName, grant.LimitKind, grant.Value, after, DateTimeOffset.FromUnixTimeMilliseconds(grant.UntilMs), Notice.Link(telling, Page)) : null,
        };
    }

    public static Notice Ended(QuotaGrantRow grant, string keyName, long? own)
    {
        var ((english, chinese), key) = (LimitWords.Of(grant.LimitKind), Notice.Name(keyName));
        return new Notice("quota_ended", $"The key \"{key}\" no longer has {Letter.Number(grant.Value)} {english}: its own limit is in force again ({Shown(own) ?? "none"}).",
            $"密钥“{key}”的临时{chinese} {Letter.Number(grant.Value)} 已结束，恢复为 {Shown(own) ?? "不限"}。");
    }

    private static string? Shown(long? limit) => limit?.ToString("N0", CultureInfo.InvariantCulture);
}
