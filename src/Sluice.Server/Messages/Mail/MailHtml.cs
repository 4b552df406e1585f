using System.Net;
using System.Text;

namespace Sluice.Server.Messages.Mail;

/// <summary>
/// Makes HTML of a plain text: paragraphs, quotes (<c>&gt; …</c>), and links where a line is nothing but a URL and the line before it, ending in a colon, says what
/// for. Nothing is loaded from elsewhere, and everything is escaped.
/// </summary>
internal static class MailHtml
{
    public static string Of(string subject, string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var html = new StringBuilder();
        var open = "";
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var next = i + 1 < lines.Length ? lines[i + 1] : "";
            if (line == "-- ")
            {
                Open("p style=\"font-size:12px;color:#666\"");
                continue;
            }
            if (line.Length == 0)
            {
                Close();
                continue;
            }
            if (line.StartsWith("> ", StringComparison.Ordinal) || line == ">")
            {
                Open("blockquote style=\"margin:0 0 1em;padding-left:1em;border-left:3px solid #ccc\"");
                Line(line.Length > 2 ? line[2..] : "");
                continue;
            }
            if (IsLink(line) || (line[^1] is ':' or '：' && IsLink(next)))
            {
                var url = IsLink(line) ? line : next;
                if (!IsLink(line)) i++;
                Open("p");
                html.Append("<a href=\"").Append(Escape(url)).Append("\">").Append(Escape(IsLink(line) ? line : line[..^1])).Append("</a>");
                if (!IsLink(line)) html.Append("<br>\n<span style=\"font-size:12px;color:#666;word-break:break-all\">").Append(Escape(url)).Append("</span>");
                html.Append("<br>\n");
                continue;
            }
            if (open.Length == 0 || open.StartsWith("blockquote", StringComparison.Ordinal)) Open("p");
            Line(line);
        }
        Close();
        var language = text.Any(static c => c is >= '\u4e00' and <= '\u9fff') ? "zh-CN" : "en";
        return $"""
            <!DOCTYPE html>
            <html lang="{language}"><head><meta charset="utf-8"><title>{Escape(subject)}</title></head>
            <body style="font-family:sans-serif;line-height:1.5;max-width:36em;margin:1em auto;padding:0 1em">
            {html}</body></html>

            """;

        void Open(string tag)
        {
            if (open == tag) return;
            Close();
            html.Append('<').Append(tag).Append('>');
            open = tag;
        }

        void Close()
        {
            if (open.Length > 0) html.Append("</").Append(open.Split(' ')[0]).Append(">\n");
            open = "";
        }

        void Line(string line) => html.Append(Escape(line)).Append("<br>\n");
    }

    private static bool IsLink(string line)
        => (line.StartsWith("https://", StringComparison.Ordinal) || line.StartsWith("http://", StringComparison.Ordinal)) && !line.Contains(' ') && Uri.TryCreate(line, UriKind.Absolute, out _);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
