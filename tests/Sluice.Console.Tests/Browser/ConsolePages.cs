namespace Sluice.Console.Tests.Browser;

/// <summary>Every page and open dialog that the sweep looks at. <c>{key}</c> and the like stand for what the seeded server holds.</summary>
internal static class ConsolePages
{
    /// <summary>Before anybody is signed in.</summary>
    public static readonly IReadOnlyList<string> Open =
    [
        "/console/sign-in", "/console/register", "/console/reset", "/console/verify?token=none", "/console/reset/new?token=none", "/console/invite?token=none", "/console/email-change?token=none",
        "/console/setup?token=none", "/console/not-found",
    ];

    public static readonly IReadOnlyList<string> SignedIn =
    [
        "/console",
        "/console/playground",
        "/console/keys", "/console/keys?dialog=create", "/console/keys?dialog=leak", "/console/keys?q=no+such+key", "/console/keys/{key}", "/console/keys/{key}?dialog=edit", "/console/keys/{key}?dialog=rotate",
        "/console/keys/{key}?dialog=disable", "/console/keys/{key}?dialog=revoke",
        "/console/models", "/console/quickstart",
        "/console/usage", "/console/usage?range=30d&by=key", "/console/logs", "/console/logs?open={request}", "/console/logs?open={refused}", "/console/logs?q=nothing", "/console/monitoring",
        "/console/diagnose", "/console/diagnose?requestId={refused}",
        "/console/quota", "/console/quota/apply", "/console/projects", "/console/projects/{project}", "/console/members", "/console/members?dialog=invite", "/console/roles", "/console/roles/new", "/console/roles/role_ai_engineer",
        "/console/access-reviews", "/console/audit", "/console/verification", "/console/support", "/console/settings",
        "/console/admin/queues", "/console/admin/upstreams", "/console/admin/upstreams?dialog=create", "/console/admin/models", "/console/admin/people", "/console/admin/outbox", "/console/admin/system",
        "/console/account", "/console/account/security", "/console/account/access", "/console/account/tokens", "/console/notifications", "/console/organisations/new",
        "/console/first-run/upstream", "/console/first-run/key", "/console/first-run/call",
    ];
}
