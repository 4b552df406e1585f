namespace Sluice.Server.Authorization;

/// <summary>The actions that a role can allow. Every route names one of them, except those about the caller alone.</summary>
internal static class Permissions
{
    public const string ApiCall = "api.call";
    public const string LogsRead = "logs.read";
    public const string UsageRead = "usage.read";
    public const string KeysRead = "keys.read";
    public const string KeysWrite = "keys.write";
    public const string ProjectsRead = "projects.read";
    public const string ProjectsWrite = "projects.write";
    public const string QuotaRequest = "quota.request";
    public const string QuotaRead = "quota.read";
    public const string QuotaApprove = "quota.approve";
    public const string OrganisationRead = "organisation.read";
    public const string OrganisationWrite = "organisation.write";
    public const string OrganisationOwn = "organisation.own";
    public const string MembersRead = "members.read";
    public const string MembersWrite = "members.write";
    public const string RolesRead = "roles.read";
    public const string RolesWrite = "roles.write";
    public const string TokensRead = "tokens.read";
    public const string TokensWrite = "tokens.write";
    public const string ReviewsRead = "reviews.read";
    public const string ReviewsWrite = "reviews.write";
    public const string AuditRead = "audit.read";
    public const string VerificationRead = "verification.read";
    public const string VerificationApply = "verification.apply";
    public const string TicketsRead = "tickets.read";
    public const string TicketsWrite = "tickets.write";
    public const string BillingRead = "billing.read";
    public const string BudgetsRead = "budgets.read";
    public const string BudgetsWrite = "budgets.write";
    public const string AlertsRead = "alerts.read";
    public const string AlertsWrite = "alerts.write";
    public const string UpstreamsRead = "upstreams.read";
    public const string UpstreamsWrite = "upstreams.write";
    public const string InstallationSettings = "installation.settings";
    public const string InstallationOutbox = "installation.outbox";
    public const string InstallationPeople = "installation.people";
    public const string InstallationVerifications = "installation.verifications";
    public const string InstallationQuota = "installation.quota";
    public const string InstallationTickets = "installation.tickets";

    public static readonly IReadOnlyList<string> All =
    [
        ApiCall, LogsRead, UsageRead, KeysRead, KeysWrite, ProjectsRead, ProjectsWrite, QuotaRequest, QuotaRead, QuotaApprove,
        OrganisationRead, OrganisationWrite, OrganisationOwn, MembersRead, MembersWrite, RolesRead, RolesWrite, TokensRead, TokensWrite,
        ReviewsRead, ReviewsWrite, AuditRead, VerificationRead, VerificationApply, TicketsRead, TicketsWrite,
        BillingRead, BudgetsRead, BudgetsWrite, AlertsRead, AlertsWrite,
        UpstreamsRead, UpstreamsWrite, InstallationSettings, InstallationOutbox, InstallationPeople, InstallationVerifications, InstallationQuota, InstallationTickets,
    ];

    // What lies in a project can be allowed for some projects only; everything else is the whole organisation's.
    private static readonly HashSet<string> InProjects =
        new([ApiCall, LogsRead, UsageRead, KeysRead, KeysWrite, ProjectsRead, ProjectsWrite, QuotaRequest, QuotaRead, QuotaApprove], StringComparer.Ordinal);

    /// <summary>
    /// Whether the action concerns the installation, not an organisation: whoever edits an upstream can send everybody's prompts elsewhere.
    /// Only members of the operator's organisation (the one that the first start made) can hold these.
    /// </summary>
    public static bool IsOperators(string action) =>
        action.StartsWith("upstreams.", StringComparison.Ordinal) || action.StartsWith("installation.", StringComparison.Ordinal);

    public static bool IsInProjects(string action) => InProjects.Contains(action);

    /// <summary>Whether a pattern of a role (<c>keys.read</c>, <c>keys.*</c>, <c>*</c>) stands for an action.</summary>
    public static bool Matches(string pattern, string action) =>
        pattern == "*" || pattern == action || (pattern.EndsWith(".*", StringComparison.Ordinal) && action.StartsWith(pattern[..^1], StringComparison.Ordinal));

    /// <summary>Whether a pattern stands for anything at all.</summary>
    public static bool IsKnown(string pattern) => All.Any(action => Matches(pattern, action));
}
