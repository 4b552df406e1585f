namespace Sluice.Console.Layout;

/// <summary>An entry of the side bar.</summary>
/// <param name="Title">In English, as <see cref="Language.Words"/> finds it.</param>
/// <param name="Path">Below <c>/console</c>.</param>
/// <param name="Permissions">Any of them shows it; none, and everybody sees it.</param>
public sealed record NavEntry(string Title, string Path, string Icon, params IReadOnlyList<string> Permissions)
{
    /// <summary>The key after <c>g</c> that goes there.</summary>
    public char? Key { get; init; }
}

public sealed record NavGroup(string? Title, params IReadOnlyList<NavEntry> Entries);

/// <summary>Everything that the side bar and the command palette lead to, in order.</summary>
public static class Navigation
{
    public static readonly IReadOnlyList<NavGroup> Groups =
    [
        new(null,
            new NavEntry("Overview", "", "house") { Key = 'o' },
            new NavEntry("Playground", "/playground", "square-terminal", "api.call", "keys.write") { Key = 'p' }),
        new("Build",
            new NavEntry("API keys", "/keys", "key-round", "keys.read") { Key = 'k' },
            new NavEntry("Models", "/models", "boxes"),
            new NavEntry("Quickstart", "/quickstart", "book-open")),
        new("Observe",
            new NavEntry("Usage & cost", "/usage", "chart-column", "usage.read") { Key = 'u' },
            new NavEntry("Request log", "/logs", "scroll-text", "logs.read") { Key = 'l' },
            new NavEntry("Monitoring", "/monitoring", "activity", "usage.read"),
            new NavEntry("Diagnose", "/diagnose", "stethoscope", "keys.read") { Key = 'd' }),
        new("Organisation",
            new NavEntry("Quota", "/quota", "gauge", "quota.read", "quota.request", "quota.approve"),
            new NavEntry("Projects", "/projects", "layers", "projects.read"),
            new NavEntry("Members", "/members", "users", "members.read"),
            new NavEntry("Roles", "/roles", "shield", "roles.read"),
            new NavEntry("Access reviews", "/access-reviews", "clipboard-check", "reviews.read"),
            new NavEntry("Audit log", "/audit", "shield-check", "audit.read"),
            new NavEntry("Verification", "/verification", "file-check", "verification.read"),
            new NavEntry("Support", "/support", "life-buoy", "tickets.read"),
            new NavEntry("Settings", "/settings", "settings", "organisation.read")),
        new("Operate",
            new NavEntry("Review queues", "/admin/queues", "inbox", "installation.verifications", "installation.quota", "installation.tickets"),
            new NavEntry("Upstreams", "/admin/upstreams", "cloud", "upstreams.read"),
            new NavEntry("Models & prices", "/admin/models", "tags", "upstreams.read"),
            new NavEntry("People", "/admin/people", "user-cog", "installation.people"),
            new NavEntry("Outbox", "/admin/outbox", "mail", "installation.outbox"),
            new NavEntry("System", "/admin/system", "monitor-cog", "installation.settings")),
    ];

    public static IEnumerable<NavGroup> For(Visit visit) => Groups
        .Select(group => group with { Entries = [.. group.Entries.Where(e => e.Permissions.Count == 0 || e.Permissions.Any(visit.May))] })
        .Where(static group => group.Entries.Count > 0);
}
