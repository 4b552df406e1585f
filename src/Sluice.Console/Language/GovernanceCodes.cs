using System.Collections.Frozen;

namespace Sluice.Console.Language;

/// <summary>Codes of the organisation's and the operator's pages in English, by kind and code, where the code with its underscores opened is not good enough.</summary>
internal static class GovernanceCodes
{
    private static readonly FrozenDictionary<string, string> Texts = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["limit:callsPerDay"] = "Calls a day",
        ["limit:requestsPerMinute"] = "Requests a minute",
        ["limit:tokensPerMinute"] = "Tokens a minute",
        ["limit:concurrency"] = "Calls at once",
        ["kind:test"] = "test key",
        ["kind:production"] = "production key",
        ["scheme:uscc"] = "Unified social credit code",
        ["scheme:other"] = "Another register",
        ["storage:sqlite"] = "SQLite",
        ["storage:postgres"] = "PostgreSQL",
        ["channel:email"] = "Mail",
        ["channel:sms"] = "SMS",
        ["status:held"] = "Waits for a channel",
        ["status:submitted"] = "In review",
        ["readiness:draining"] = "It is stopping and takes no new calls",
        ["act:session"] = "Sessions",
        ["act:key"] = "Keys",
        ["act:role"] = "Roles",
        ["act:member"] = "Members",
        ["act:project"] = "Projects",
        ["act:quota"] = "Quota",
        ["act:token"] = "Management tokens",
        ["act:account"] = "Accounts",
        ["act:assignment"] = "Roles of members",
        ["act:invitation"] = "Invitations",
        ["act:organisation"] = "The organisation",
        ["act:review"] = "Access reviews",
        ["act:ticket"] = "Tickets",
        ["act:upstream"] = "Upstreams",
        ["act:verification"] = "Verification",
        ["act:audit"] = "Audit log",
        ["act:message"] = "Messages",
        ["act:person"] = "People",
        ["act:tier"] = "Tiers",
        ["act:public_mail_domain"] = "Public mail domains",
        ["finding:unused"] = "Not used",
        ["finding:routes_never_used"] = "Routes never used",
        ["finding:models_never_used"] = "Models never used",
        ["finding:no_expiry"] = "No expiry",
        ["finding:no_network_list"] = "No IP list",
        ["finding:owner_gone"] = "Owner gone",
        ["finding:permissions_never_used"] = "Permissions never used",
        ["finding:role_too_broad"] = "A smaller role would do",
        ["defect:changed"] = "an entry was changed",
        ["defect:removed"] = "an entry was removed",
        ["defect:inserted"] = "an entry was put in",
        ["defect:reordered"] = "entries were put in another order",
        ["defect:replaced"] = "entries were replaced",
        ["defect:cut"] = "the end was cut off",
        ["check:email_verified"] = "E-mail confirmed",
        ["check:phone_verified"] = "Telephone confirmed",
        ["check:test_traffic"] = "Enough test traffic",
        ["check:organisation_verified"] = "Enterprise verified",
        ["check:production_key"] = "There is a production key",
        ["check:key_expiry"] = "The production key expires",
        ["check:key_networks"] = "The production key has an IP list",
        ["check:key_scope"] = "The production key is narrowed",
        ["check:limits_fit"] = "The limits fit the traffic",
        ["check:signing"] = "Calls must be signed",
        ["check:rotation_rehearsed"] = "A rotation was rehearsed",
        ["check-do:email_verified"] = "Open the link that was sent to you, or have it sent again.",
        ["check-do:phone_verified"] = "Confirm your number with the code that you get.",
        ["check-do:test_traffic"] = "Make more calls that succeed with a test key of this project.",
        ["check-do:organisation_verified"] = "Apply for enterprise verification.",
        ["check-do:production_key"] = "Go live: that makes one like the test key.",
        ["check-do:key_expiry"] = "Give it an expiry, and rotate it before.",
        ["check-do:key_networks"] = "List the networks that your servers call from.",
        ["check-do:key_scope"] = "List the routes and models that the application needs.",
        ["check-do:limits_fit"] = "Raise the limits, or apply for more quota.",
        ["check-do:signing"] = "Require signing, so that a key alone is of no use to who finds it.",
        ["check-do:rotation_rehearsed"] = "Rotate the test key once, to see that the application takes it.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string? InEnglish(string kind, string code) => Texts.GetValueOrDefault($"{kind}:{code}") ?? (kind == "detail" ? Opened(code) : null);

    // Members of a detail are written together: expiresAtMs is "Expires at".
    private static string Opened(string member)
    {
        var name = member.EndsWith("Ms", StringComparison.Ordinal) ? member[..^2] : member;
        return string.Concat(name.Select((c, i) => i == 0 ? char.ToUpperInvariant(c).ToString() : char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : c.ToString()));
    }
}
