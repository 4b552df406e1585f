using System.Collections.Frozen;

namespace Sluice.Console.Language;

/// <summary>What a permission allows, as people say it. In Chinese the same stands as <c>permission:…</c> in the resources; <see cref="Words.Code"/> finds both.</summary>
public static class PermissionWords
{
    private static readonly FrozenDictionary<string, string> Texts = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["*"] = "Everything, ownership included",
        ["api.call"] = "Call models",
        ["api.*"] = "Everything about calling models",
        ["logs.read"] = "Read the request log",
        ["logs.*"] = "Everything about the request log",
        ["keys.read"] = "See API keys",
        ["keys.write"] = "Create, change, rotate and revoke API keys",
        ["keys.*"] = "Everything about API keys",
        ["projects.read"] = "See projects",
        ["projects.write"] = "Create, rename and delete projects",
        ["projects.*"] = "Everything about projects",
        ["quota.request"] = "Apply for more quota",
        ["quota.read"] = "See quota applications",
        ["quota.approve"] = "Decide on quota applications up to the tier's ceiling",
        ["quota.*"] = "Everything about quota",
        ["organisation.read"] = "See the organisation and its settings",
        ["organisation.write"] = "Change the organisation's settings",
        ["organisation.own"] = "Give the organisation away or delete it; make and unmake owners",
        ["organisation.*"] = "Everything about the organisation, ownership included",
        ["members.read"] = "See members and invitations",
        ["members.write"] = "Invite and remove members",
        ["members.*"] = "Everything about members",
        ["roles.read"] = "See roles, who holds them and what stops somebody",
        ["roles.write"] = "Create, change, give and take away roles, never beyond one's own rights",
        ["roles.*"] = "Everything about roles",
        ["tokens.read"] = "See all management tokens",
        ["tokens.write"] = "Create the organisation's own management tokens and revoke any",
        ["tokens.*"] = "Everything about management tokens",
        ["reviews.read"] = "See access reviews",
        ["reviews.write"] = "Decide in access reviews",
        ["reviews.*"] = "Everything about access reviews",
        ["audit.read"] = "Read the audit log",
        ["audit.*"] = "Everything about the audit log",
        ["verification.read"] = "See how far the enterprise verification is",
        ["verification.apply"] = "Apply for enterprise verification",
        ["verification.*"] = "Everything about enterprise verification",
        ["tickets.read"] = "Read support tickets",
        ["tickets.write"] = "Open and answer support tickets",
        ["tickets.*"] = "Everything about support tickets",
        ["billing.read"] = "See what is spent",
        ["billing.*"] = "Everything about billing",
        ["usage.read"] = "See usage",
        ["usage.*"] = "Everything about usage",
        ["budgets.read"] = "See budgets",
        ["budgets.write"] = "Set budgets",
        ["budgets.*"] = "Everything about budgets",
        ["alerts.read"] = "See alerts",
        ["alerts.write"] = "Set up alerts",
        ["alerts.*"] = "Everything about alerts",
        ["upstreams.read"] = "See upstreams, but not their credentials",
        ["upstreams.write"] = "Add, change and remove upstreams",
        ["upstreams.*"] = "Everything about upstreams",
        ["installation.settings"] = "Change the installation's settings: tiers, public mail domains",
        ["installation.outbox"] = "Read messages that could not be sent",
        ["installation.people"] = "See and suspend all accounts",
        ["installation.verifications"] = "Decide on enterprise verifications",
        ["installation.quota"] = "Decide on quota applications of all organisations, without a ceiling",
        ["installation.tickets"] = "Answer support tickets of all organisations",
        ["installation.*"] = "Everything about running the installation",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every permission and pattern that has words.</summary>
    public static IEnumerable<string> All => Texts.Keys;

    public static string? InEnglish(string permission) => Texts.GetValueOrDefault(permission);
}
