using System.Globalization;
using System.Net;
using System.Text;
using Sluice.Server.Messages.Mail;

namespace Sluice.Server.Messages.Texts;

/// <summary>Puts a message together as plain text and as HTML at once. Every value goes through one of the cleaning methods here.</summary>
internal sealed class Letter(bool chinese)
{
    private const int NameMax = 80;
    private const int ProseMax = 4000;

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _html = new();
    private string _subject = "";
    private string? _code;
    private bool _short;

    public void Subject(string english, string chineseText) => _subject = MailboxText.Header(Pick(english, chineseText));

    public void Say(string english, string chineseText)
    {
        var words = Pick(english, chineseText);
        _text.Append(words).Append("\n\n");
        _html.Append("<p>").Append(Escape(words)).Append("</p>\n");
    }

    /// <summary>Something that somebody wrote, set apart from our own words; line breaks are kept.</summary>
    public void Quote(string? prose)
    {
        if (Prose(prose) is not { Length: > 0 } clean) return;
        foreach (var line in clean.Split('\n')) _text.Append("> ").Append(line).Append('\n');
        _text.Append('\n');
        _html.Append("<blockquote style=\"margin:0 0 1em;padding-left:1em;border-left:3px solid #ccc\">").Append(Escape(clean).Replace("\n", "<br>\n", StringComparison.Ordinal)).Append("</blockquote>\n");
    }

    public void Fact(string english, string chineseText, string value)
    {
        var label = Pick(english, chineseText);
        _text.Append(label).Append(chinese ? "：" : ": ").Append(value).Append('\n');
        _html.Append("<div>").Append(Escape(label)).Append(chinese ? "：" : ": ").Append("<b>").Append(Escape(value)).Append("</b></div>\n");
    }

    public void EndOfFacts()
    {
        _text.Append('\n');
        _html.Append("<br>\n");
    }

    /// <param name="english">What following it does.</param>
    /// <param name="chineseText">The same.</param>
    /// <param name="link">Absolute http or https URL, made by the server.</param>
    public void Link(string english, string chineseText, Uri link)
    {
        if (!link.IsAbsoluteUri || link.Scheme is not ("http" or "https")) throw new ArgumentException("Only http and https links are put into messages.", nameof(link));
        var label = Pick(english, chineseText);
        _text.Append(label).Append(chinese ? "：\n" : ":\n").Append(link.AbsoluteUri).Append("\n\n");
        _html.Append("<p><a href=\"").Append(Escape(link.AbsoluteUri)).Append("\">").Append(Escape(label)).Append("</a></p>\n")
            .Append("<p style=\"font-size:12px;color:#666;word-break:break-all\">").Append(Escape(link.AbsoluteUri)).Append("</p>\n");
    }

    /// <summary>The whole of a text message.</summary>
    public void Short(string english, string chineseText, string? code)
    {
        _short = true;
        _code = code;
        _text.Clear().Append(Pick(english, chineseText));
    }

    public RenderedMessage Render()
    {
        if (_short) return new RenderedMessage(_subject, _text.ToString(), null, _code);
        var sender = Pick("This message was sent automatically by Sluice, the LLM API platform you have to do with. Replies are not read.",
            "此邮件由您使用的大模型 API 平台 Sluice 自动发送，请勿直接回复。");
        var text = _text.Append("-- \n").Append(sender).Append('\n').ToString();
        var html = $"""
            <!DOCTYPE html>
            <html lang="{(chinese ? "zh-CN" : "en")}"><head><meta charset="utf-8"><title>{Escape(_subject)}</title></head>
            <body style="font-family:sans-serif;line-height:1.5;max-width:36em;margin:1em auto;padding:0 1em">
            {_html}<p style="font-size:12px;color:#666">{Escape(sender)}</p>
            </body></html>

            """;
        return new RenderedMessage(_subject, text, html, _code);
    }

    public string Pick(string english, string chineseText) => chinese ? chineseText : english;

    /// <summary>A name that somebody chose: one line, short, and nothing that a mail reader would turn into a link to elsewhere.</summary>
    public static string Name(string? name)
    {
        var line = MailboxText.Header(name ?? "", NameMax);
        return line.Replace("://", " ", StringComparison.Ordinal).Replace("www.", "www ", StringComparison.OrdinalIgnoreCase);
    }

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string At(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public string For(TimeSpan time)
    {
        var (count, english, chineseUnit) = time switch
        {
            { TotalDays: >= 2 } => ((long)Math.Floor(time.TotalDays), "day", "天"),
            { TotalHours: >= 2 } => ((long)Math.Floor(time.TotalHours), "hour", "小时"),
            _ => (Math.Max(1, (long)Math.Floor(time.TotalMinutes)), "minute", "分钟"),
        };
        return chinese ? string.Create(CultureInfo.InvariantCulture, $"{count} {chineseUnit}") : string.Create(CultureInfo.InvariantCulture, $"{count} {english}{(count == 1 ? "" : "s")}");
    }

    private static string Prose(string? prose)
    {
        var text = (prose ?? "").ReplaceLineEndings("\n");
        if (text.Length > ProseMax) text = string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[ProseMax - 1]) ? ProseMax - 1 : ProseMax), "…");
        return string.Join('\n', text.Split('\n').Select(line => MailboxText.Header(line, ProseMax))).Trim('\n');
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
