using Sluice.Server.Authorization;
using Sluice.Server.Management.Notices;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

/// <summary>What people are told about quotas, and who.</summary>
internal static class QuotaNotices
{
    /// <summary>A new application: to those who may decide it in the organisation, and to the operator's reviewers where nobody there can.</summary>
    public static async Task AppliedAsync(OperationCall call, SluiceDb db, QuotaApplicationRow application, string keyName, bool aboveTier)
    {
        var approvers = (await PeopleToTell.WithAsync(db, application.OrganisationId, Permissions.QuotaApprove, application.ProjectId, call.CancellationToken)).Where(p => p.AccountId != application.ApplicantId).ToList();
        if (aboveTier || approvers.Count == 0)
            approvers.AddRange(await PeopleToTell.OperatorsAsync(db, Permissions.InstallationQuota, call.CancellationToken));
        var (english, chinese) = Words(application.LimitKind);
        new Notice("quota_applied", ("Somebody applies for more quota", "有新的配额申请待审批"),
            ($"More quota is applied for: {application.RequestedValue} {english} for the key \"{Notice.Name(keyName)}\". Approve or reject it.",
                $"密钥“{Notice.Name(keyName)}”申请将{chinese}提高到 {application.RequestedValue}，请审批。"))
            .Tell(call, approvers, application.OrganisationId, application.Id, call.Caller.AccountId);
    }

    public static async Task DecidedAsync(OperationCall call, SluiceDb db, QuotaApplicationRow application, string keyName, string? ownerId)
    {
        var (english, chinese) = Words(application.LimitKind);
        var key = Notice.Name(keyName);
        var until = application.GrantedUntilMs is { } end ? Notice.At(end) : null;
        var notice = application.GrantedValue is { } value
            ? new Notice("quota_approved", ($"More quota for the key \"{key}\"", $"密钥“{key}”的配额申请已通过"),
                ($"The application for the key \"{key}\" was approved: {value} {english}{(until is null ? "" : $" until {until}")}.", $"密钥“{key}”的申请已通过：{chinese}为 {value}{(until is null ? "" : $"，有效期至 {until}")}。"))
            : new Notice("quota_rejected", ($"No more quota for the key \"{key}\"", $"密钥“{key}”的配额申请未通过"),
                ($"The application for more {english} for the key \"{key}\" was rejected. The reason stands with the application.", $"密钥“{key}”提高{chinese}的申请未通过，原因见申请详情。"));
        notice.Tell(call, await PeopleToTell.OfAsync(db, [application.ApplicantId, ownerId], call.CancellationToken), application.OrganisationId, application.Id, call.Caller.AccountId);
    }

    public static async Task CommentedAsync(OperationCall call, SluiceDb db, QuotaApplicationRow application, IEnumerable<string> authors) =>
        new Notice("quota_commented", ("A quota application was commented on", "配额申请有新留言"), ("Somebody wrote to a quota application that you have to do with.", "您参与的配额申请有新留言。"))
            .Tell(call, await PeopleToTell.OfAsync(db, [application.ApplicantId, .. authors], call.CancellationToken), application.OrganisationId, application.Id, call.Caller.AccountId);

    /// <param name="base">The key's own limit, which is in force from then on.</param>
    public static Notice EndsSoon(QuotaGrantRow grant, string keyName, long? @base)
    {
        var ((english, chinese), key) = (Words(grant.LimitKind), Notice.Name(keyName));
        return new Notice("quota_ends_soon", ($"The temporary quota of the key \"{key}\" ends soon", $"密钥“{key}”的临时配额即将到期"),
            ($"The key \"{key}\" has {grant.Value} {english} until {Notice.At(grant.UntilMs)}, then {@base?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no limit"} again. Apply anew if more is needed for longer.",
                $"密钥“{key}”的{chinese}临时为 {grant.Value}，{Notice.At(grant.UntilMs)} 到期后恢复为 {@base?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "不限"}。如需延长请重新申请。"));
    }

    public static Notice Ended(QuotaGrantRow grant, string keyName, long? @base)
    {
        var ((english, chinese), key) = (Words(grant.LimitKind), Notice.Name(keyName));
        return new Notice("quota_ended", ($"The temporary quota of the key \"{key}\" has ended", $"密钥“{key}”的临时配额已到期"),
            ($"The key \"{key}\" no longer has {grant.Value} {english}: its own limit is in force again ({@base?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}).",
                $"密钥“{key}”的临时{chinese} {grant.Value} 已结束，恢复为 {@base?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "不限"}。"));
    }

    private static (string English, string Chinese) Words(string limit) => limit switch
    {
        LimitNames.CallsPerDay => ("calls a day", "每日调用次数"),
        LimitNames.RequestsPerMinute => ("requests a minute", "每分钟请求数"),
        LimitNames.TokensPerMinute => ("tokens a minute", "每分钟令牌数"),
        _ => ("calls at once", "并发调用数"),
    };
}
