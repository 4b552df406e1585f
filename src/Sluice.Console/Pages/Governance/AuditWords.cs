using System.Text.Json;

namespace Sluice.Console.Pages.Governance;

/// <summary>What the audit log's entries hold, as text.</summary>
internal static class AuditWords
{
    private const int ShortChars = 160;

    /// <summary>Beginnings of actions, by which the log can be narrowed.</summary>
    public static readonly IReadOnlyList<string> Groups =
        ["account", "assignment", "audit", "invitation", "key", "member", "message", "organisation", "person", "project", "public_mail_domain", "quota", "review", "role", "session", "ticket", "tier", "token", "upstream", "verification"];

    /// <summary>Members of a detail and their values; what is no object is one of them.</summary>
    public static IReadOnlyList<(string Name, string Value)> Pairs(JsonElement detail) => detail.ValueKind is JsonValueKind.Object
        ? [.. detail.EnumerateObject().Select(static m => (m.Name, Text(m.Value)))]
        : [("detail", Text(detail))];

    public static string Short(JsonElement detail)
    {
        var text = string.Join(" · ", Pairs(detail).Where(static p => p.Value is not ("" or "–" or "[]") && !p.Name.EndsWith("Ms", StringComparison.Ordinal)).Select(static p => $"{p.Name} {p.Value}"));
        return text.Length > ShortChars ? string.Concat(text.AsSpan(0, ShortChars), "…") : text;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is "[]" or null ? "–" : value.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "–",
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "–" : string.Join(", ", value.EnumerateArray().Select(Text)),
        _ => value.GetRawText(),
    };
}
