using System.Globalization;
using Sluice.Contracts.Management;

namespace Sluice.Server.Authorization;

/// <summary>Permissions in words, in the languages of the house.</summary>
internal static class PermissionTexts
{
    public const string English = "en";
    public const string Chinese = "zh-CN";

    // Each follows "May" or 可.
    private static readonly Dictionary<string, (string English, string Chinese)> Meanings = new(StringComparer.Ordinal)
    {
        [Permissions.ApiCall] = ("call models", "调用模型"),
        [Permissions.LogsRead] = ("read call logs", "查看调用日志"),
        [Permissions.UsageRead] = ("see what calls add up to: numbers, tokens, cost, latencies", "查看用量：调用数、Token、费用和延迟"),
        [Permissions.KeysRead] = ("see API keys", "查看 API 密钥"),
        [Permissions.KeysWrite] = ("create, change, rotate and revoke API keys", "创建、修改、轮换和吊销 API 密钥"),
        [Permissions.ProjectsRead] = ("see projects", "查看项目"),
        [Permissions.ProjectsWrite] = ("create, rename and delete projects", "创建、重命名和删除项目"),
        [Permissions.QuotaRequest] = ("apply for more quota", "申请提高配额"),
        [Permissions.QuotaRead] = ("see quota applications", "查看配额申请"),
        [Permissions.QuotaApprove] = ("decide on quota applications up to the tier's ceiling", "在等级上限内审批配额申请"),
        [Permissions.OrganisationRead] = ("see the organisation and its settings", "查看组织及其设置"),
        [Permissions.OrganisationWrite] = ("change the organisation's settings", "修改组织设置"),
        [Permissions.OrganisationOwn] = ("give the organisation away or delete it, and make and unmake owners", "转让或删除组织，任免所有者"),
        [Permissions.MembersRead] = ("see members and invitations", "查看成员和邀请"),
        [Permissions.MembersWrite] = ("invite and remove members", "邀请和移除成员"),
        [Permissions.RolesRead] = ("see roles, who holds them, and what stops somebody", "查看角色、角色持有人以及访问被拒的原因"),
        [Permissions.RolesWrite] = ("create, change, give and take away roles, never beyond their own rights", "创建、修改、授予和收回角色，但不得超出自身权限"),
        [Permissions.TokensRead] = ("see all management tokens of the organisation", "查看组织的所有管理令牌"),
        [Permissions.TokensWrite] = ("create the organisation's own management tokens and revoke any", "创建组织级管理令牌并吊销任意令牌"),
        [Permissions.ReviewsRead] = ("see access reviews", "查看权限审查"),
        [Permissions.ReviewsWrite] = ("decide in access reviews", "处理权限审查"),
        [Permissions.AuditRead] = ("read the audit log", "查看审计日志"),
        [Permissions.VerificationRead] = ("see the state of enterprise verification", "查看企业认证状态"),
        [Permissions.VerificationApply] = ("apply for enterprise verification", "申请企业认证"),
        [Permissions.TicketsRead] = ("read support tickets", "查看工单"),
        [Permissions.TicketsWrite] = ("open and answer support tickets", "提交和回复工单"),
        [Permissions.BillingRead] = ("see what is spent", "查看费用"),
        [Permissions.BudgetsRead] = ("see budgets", "查看预算"),
        [Permissions.BudgetsWrite] = ("set budgets", "设置预算"),
        [Permissions.AlertsRead] = ("see alerts", "查看告警"),
        [Permissions.AlertsWrite] = ("set up alerts", "设置告警"),
        [Permissions.UpstreamsRead] = ("see upstreams, their credentials excepted", "查看上游服务（不含凭据）"),
        [Permissions.UpstreamsWrite] = ("add, change and remove upstreams", "添加、修改和移除上游服务"),
        [Permissions.InstallationSettings] = ("change the installation's settings: tiers, public mail domains", "修改平台设置：等级、公共邮箱域名"),
        [Permissions.InstallationOutbox] = ("read the outbox of messages that could not be sent", "查看未能发送的消息"),
        [Permissions.InstallationPeople] = ("see and suspend accounts of the installation", "查看和停用平台账户"),
        [Permissions.InstallationVerifications] = ("decide on enterprise verifications", "审批企业认证"),
        [Permissions.InstallationQuota] = ("decide on quota applications of all organisations, without a ceiling", "审批所有组织的配额申请，不受上限限制"),
        [Permissions.InstallationTickets] = ("answer support tickets of all organisations", "回复所有组织的工单"),
    };

    /// <summary>The house's language that a reader likes best, by <c>Accept-Language</c>; English where there is none.</summary>
    public static string LanguageOf(string acceptLanguage)
    {
        var best = (Language: English, Quality: 0m);
        foreach (var entry in acceptLanguage.Split(',', 20, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = entry.Split(';', StringSplitOptions.TrimEntries);
            var language = parts[0].StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese : parts[0].StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English : null;
            var quality = parts.Length < 2 ? 1m
                : parts[1].StartsWith("q=", StringComparison.OrdinalIgnoreCase) && decimal.TryParse(parts[1][2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var q) ? q : 0m;
            if (language is not null && quality > best.Quality)
                best = (language, quality);
        }

        return best.Language;
    }

    public static string Meaning(string action, string language) => language == Chinese ? Meanings[action].Chinese : Sentence(Meanings[action].English);

    /// <summary>Members of a permission that can narrow an action.</summary>
    public static IReadOnlyList<string> LimitsOf(string action) => action switch
    {
        Permissions.ApiCall => ["routes", "models", "projects"],
        Permissions.LogsRead => ["days", "bodies", "projects"],
        _ => Permissions.IsInProjects(action) ? ["projects"] : [],
    };

    /// <summary>What a permission allows, a sentence for each action it stands for.</summary>
    /// <param name="projectName">Names a project.</param>
    public static IEnumerable<string> Sentences(Permission permission, string language, Func<string, string> projectName)
    {
        if (permission.Action == "*")
            return [language == Chinese ? "可执行任何操作，包括转让组织。" : "May do everything, ownership included."];
        var projects = permission.Projects is { Count: > 0 } some ? some.Select(projectName).ToList() : null;
        return Permissions.All.Where(action => Permissions.Matches(permission.Action, action))
            .Select(action => language == Chinese ? InChinese(action, permission, projects) : InEnglish(action, permission, projects));
    }

    private static string InEnglish(string action, Permission permission, List<string>? projects)
    {
        var text = action switch
        {
            Permissions.ApiCall => $"May call {Listed(permission.Models, "any model", "the models ", ", ")} through {Listed(permission.Routes, "any endpoint", "", ", ")}",
            Permissions.LogsRead => $"May read call logs {(permission.Days is { } days ? string.Create(CultureInfo.InvariantCulture, $"of the last {days} {(days == 1 ? "day" : "days")}") : "of all times")}, "
                + (permission.Bodies is true ? "with prompts and answers where these are kept" : "without prompts and answers"),
            _ => "May " + Meanings[action].English,
        };
        return text + (projects is null ? Permissions.IsInProjects(action) ? ", in every project where the role is given." : "." : $", in {(projects.Count == 1 ? "the project" : "the projects")} {string.Join(", ", projects)} only.");
    }

    private static string InChinese(string action, Permission permission, List<string>? projects)
    {
        var text = action switch
        {
            Permissions.ApiCall => $"可通过{Listed(permission.Routes, "任意接口", " ", "、")}调用{Listed(permission.Models, "任意模型", "模型 ", "、")}",
            Permissions.LogsRead => $"可查看{(permission.Days is { } days ? string.Create(CultureInfo.InvariantCulture, $"最近 {days} 天的") : "全部")}调用日志，" + (permission.Bodies is true ? "包括保留的提示词和回答" : "不含提示词和回答"),
            _ => "可" + Meanings[action].Chinese,
        };
        return text + (projects is null ? Permissions.IsInProjects(action) ? "，适用于授予该角色的所有项目。" : "。" : $"，仅限项目 {string.Join("、", projects)}。");
    }

    private static string Listed(IReadOnlyList<string>? list, string any, string before, string between) => list is { Count: > 0 } ? before + string.Join(between, list) : any;

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + ".";
}
