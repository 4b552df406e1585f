using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Http;

namespace Sluice.Server.Reviews;

/// <summary>Evidence as people take it away: all but the last line is the content, and the last line carries its SHA-256 and an HMAC over it.</summary>
/// <param name="Content">Everything before the last line.</param>
/// <param name="Sha256">Of the content, lower-case hexadecimal.</param>
/// <param name="Hmac">Over the content, lower-case hexadecimal.</param>
/// <param name="LastLine">With both.</param>
internal sealed record EvidenceFile(byte[] Content, string Sha256, string Hmac, string LastLine)
{
    public const string Csv = "csv";
    public const string Html = "html";

    private static readonly string[] Columns = ["reviewId", "reviewName", "finishedAt", "itemId", "kind", "subjectId", "accountId", "title", "findings", "proposed", "decision", "decidedBy", "decidedAt", "note"];
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <param name="form"><see cref="Csv"/> or <see cref="Html"/>.</param>
    public static EvidenceFile Of(string evidence, string form, ReviewSeal seal)
    {
        var review = JsonElement.Parse(evidence);
        var content = Encoding.UTF8.GetBytes(form == Csv ? CsvOf(review) : HtmlOf(review));
        var (sha256, hmac) = (Convert.ToHexStringLower(SHA256.HashData(content)), Convert.ToHexStringLower(seal.Sign(Text(review, "reviewId"), form, content)));
        return new EvidenceFile(content, sha256, hmac, form == Csv
            ? $"signature,sha256={sha256},hmac-sha256={hmac}{new string(',', Columns.Length - 3)}\r\n"
            : $"<footer><p>SHA-256 of the lines above: <code>{sha256}</code>. Signed by Sluice: <code>{hmac}</code>.</p></footer></body></html>\n");
    }

    private static string CsvOf(JsonElement review)
    {
        var text = new StringBuilder();
        CsvText.Begin(text);
        CsvText.Line(text, Columns);
        foreach (var item in review.GetProperty("items").EnumerateArray())
        {
            CsvText.Line(text, Text(review, "reviewId"), Text(review, "name"), Text(review, "finishedAt"), Text(item, "id"), Text(item, "kind"), Text(item, "subjectId"), Text(item, "accountId"), Text(item, "title"),
                string.Join(" ", Findings(item)), Proposed(item), Text(item, "decision"), Text(item, "decidedBy"), Text(item, "decidedAt"), Text(item, "note"));
        }

        return text.ToString();
    }

    private static string HtmlOf(JsonElement review)
    {
        var page = new StringBuilder();
        page.Append("""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Access review</title>
            <style>
            body{font:10pt/1.4 system-ui,sans-serif;margin:1.5cm;color:#111}h1{font-size:16pt}dl{display:grid;grid-template-columns:max-content auto;gap:.2em 1em}dd{margin:0}
            table{border-collapse:collapse;width:100%;font-size:8.5pt}th,td{border:1px solid #999;padding:.3em .4em;text-align:left;vertical-align:top;overflow-wrap:anywhere}thead{display:table-header-group}tr{break-inside:avoid}
            code{font-size:7.5pt;overflow-wrap:anywhere}@page{size:A4 landscape;margin:1cm}@media print{body{margin:0}}
            </style></head><body>

            """.ReplaceLineEndings("\n"));
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Html5(Text(review, "name"))}</h1>\n<dl>");
        foreach (var (label, name) in new[] { ("Organisation", "organisationId"), ("Review", "reviewId"), ("Begun", "createdAt"), ("By", "createdBy"), ("Due", "dueAt"), ("Reminded", "remindedAt"), ("Escalated", "escalatedAt"), ("Keys switched off on silence", "silencedAt"), ("Finished", "finishedAt") })
        {
            if (Text(review, name) is { Length: > 0 } value)
                page.Append(CultureInfo.InvariantCulture, $"<dt>{label}</dt><dd>{Html5(value)}</dd>");
        }

        page.Append("</dl>\n<table><thead><tr><th>Key or role</th><th>Whose</th><th>What stood out</th><th>Proposed</th><th>Decision</th><th>By, when</th><th>Note</th></tr></thead><tbody>\n");
        foreach (var item in review.GetProperty("items").EnumerateArray())
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Html5(Text(item, "title"))}<br><code>{Html5(Text(item, "subjectId"))}</code></td><td>{Html5(Text(item, "accountId"))}</td><td>{string.Join("<br>", Findings(item).Select(Html5))}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td>{Html5(Proposed(item))}</td><td>{Html5(Text(item, "decision"))}</td><td>{Html5(Text(item, "decidedBy"))}<br>{Html5(Text(item, "decidedAt"))}</td><td>{Html5(Text(item, "note"))}</td></tr>\n");
        }

        return page.Append("</tbody></table>\n").ToString();
    }

    private static IEnumerable<string> Findings(JsonElement item) => item.GetProperty("findings").EnumerateArray().Select(static f => Text(f, "sentence"));

    private static string Proposed(JsonElement item)
    {
        if (item.GetProperty("proposed") is not { ValueKind: JsonValueKind.Object } proposed)
            return "";
        var parts = new List<string>();
        if (proposed.TryGetProperty("routes", out var routes))
            parts.Add("Routes: " + string.Join(", ", routes.EnumerateArray().Select(static r => r.GetString())) + ".");
        if (proposed.TryGetProperty("models", out var models))
            parts.Add("Models: " + string.Join(", ", models.EnumerateArray().Select(static m => m.GetString())) + ".");
        if (proposed.TryGetProperty("expiresInDays", out var days))
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"Expires {days.GetInt32()} days after the decision."));
        if (proposed.TryGetProperty("roleId", out var role))
            parts.Add($"Role {role.GetString()} instead.");
        if (proposed.TryGetProperty("remove", out var remove) && remove.GetBoolean())
            parts.Add("No role.");
        return string.Join(" ", parts);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static string Html5(string text) => Encoder.Encode(text);
}
