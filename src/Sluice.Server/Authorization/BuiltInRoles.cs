using Sluice.Contracts.Management;

namespace Sluice.Server.Authorization;

/// <summary>A role, built in or an organisation's own.</summary>
/// <param name="Id"><c>role_…</c> where built in, else <c>rol_…</c>.</param>
internal sealed record Role(string Id, string Name, string Description, IReadOnlyList<Permission> Permissions);

/// <summary>The roles that every organisation has. They are code: no row can change what they mean.</summary>
internal static class BuiltInRoles
{
    public const string OwnerId = "role_owner";
    /// <summary>Of use in the operator's organisation only.</summary>
    public const string OperatorId = "role_operator";

    public static readonly Role Owner = new(OwnerId, "Owner", "Everything, ownership included.", [new Permission { Action = "*" }]);

    public static readonly Role Admin = new("role_admin", "Admin", "Everything but giving the organisation away and running the installation.",
    [
        .. Allow(Permissions.ApiCall),
        new Permission { Action = Permissions.LogsRead, Bodies = true },
        .. Allow(Permissions.UsageRead, "keys.*", "projects.*", "quota.*", Permissions.OrganisationRead, Permissions.OrganisationWrite, "members.*", "roles.*", "tokens.*", "reviews.*",
            Permissions.AuditRead, "verification.*", "tickets.*", Permissions.BillingRead, "budgets.*", "alerts.*", "upstreams.*"),
    ]);

    public static readonly Role Developer = new("role_developer", "Developer", "Makes keys and calls models; sees calls of the last 30 days.",
    [
        .. Allow(Permissions.ApiCall),
        new Permission { Action = Permissions.LogsRead, Days = 30 },
        .. Allow(Permissions.UsageRead, "keys.*", Permissions.ProjectsRead, Permissions.QuotaRequest, Permissions.QuotaRead, Permissions.OrganisationRead, Permissions.MembersRead, Permissions.RolesRead, "tickets.*"),
    ]);

    public static readonly Role Billing = new("role_billing", "Billing", "Sees what is spent and sets budgets.",
        Allow(Permissions.UsageRead, Permissions.BillingRead, "budgets.*", Permissions.OrganisationRead, Permissions.ProjectsRead));

    public static readonly Role Auditor = new("role_auditor", "Auditor", "Sees everything but prompts and answers, and changes nothing.",
    [
        .. Allow(Permissions.AuditRead, Permissions.LogsRead, Permissions.UsageRead, Permissions.KeysRead, Permissions.ProjectsRead, Permissions.MembersRead, Permissions.RolesRead, Permissions.TokensRead,
            Permissions.OrganisationRead, Permissions.QuotaRead, Permissions.ReviewsRead, Permissions.VerificationRead, Permissions.BillingRead, Permissions.BudgetsRead, Permissions.AlertsRead),
    ]);

    /// <summary>As the product describes it: the chat endpoint, a week of call logs, and asking for more quota for a while; nothing else.</summary>
    public static readonly Role AIApplicationEngineer = new("role_ai_engineer", "AI Application Engineer",
        "Calls the chat endpoint, sees call logs of the last 7 days, and may apply for a temporary quota increase. Nothing else.",
    [
        new Permission { Action = Permissions.ApiCall, Routes = ["GET /v1/chat/completions", "POST /v1/chat/completions"] },
        new Permission { Action = Permissions.LogsRead, Days = 7, Bodies = false },
        new Permission { Action = Permissions.QuotaRequest },
    ]);

    public static readonly Role Operator = new(OperatorId, "Operator", "Runs the installation: upstreams, reviews of companies and quotas, support, outbox.", Allow("installation.*", "upstreams.*", Permissions.UsageRead));

    public static readonly IReadOnlyList<Role> All = [Owner, Admin, Developer, Billing, Auditor, AIApplicationEngineer, Operator];

    public static Role? Find(string id) => All.FirstOrDefault(r => r.Id == id);

    private static IReadOnlyList<Permission> Allow(params IReadOnlyList<string> actions) => [.. actions.Select(static action => new Permission { Action = action })];
}
