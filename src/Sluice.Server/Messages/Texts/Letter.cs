using System.Globalization;
using System.Text;
using Sluice.Server.Messages.Mail;

namespace Sluice.Server.Messages.Texts;

/// <summary>
/// Puts a message together as plain text, in a form that <see cref="Mail.MailHtml"/> makes HTML of. Every value goes through one of the cleaning methods here,
/// so that what somebody wrote never stands on a line of its own that could pass for ours.
/// </summary>
internal sealed class Letter(bool chinese)
{
    private const int NameMax = 80;
    // The sealed body has room for 8 KiB, and a Chinese character takes three bytes.
    private const int ProseMax = 1500;

    private readonly StringBuilder _text = new();
    private string _subject = "";
    private string? _code;
    private bool _short;

    public void Subject(string english, string chineseText) => _subject = MailboxText.Header(Pick(english, chineseText));

    public void Say(string english, string chineseText)
    {
        _text.Append(Pick(english, chineseText)).Append("\n\n");
    }

    /// <summary>Something that somebody wrote, set apart from our own words; line breaks are kept.</summary>
    public void Quote(string? prose)
    {
        if (Prose(prose) is not { Length: > 0 } clean) return;
        foreach (var line in clean.Split('\n')) _text.Append("> ").Append(line).Append('\n');
        _text.Append('\n');
    }

    public void Fact(string english, string chineseText, string value)
    {
        _text.Append(Pick(english, chineseText)).Append(chinese ? "：" : ": ").Append(value).Append('\n');
    }

    public void EndOfFacts() => _text.Append('\n');

    /// <param name="english">What following it does.</param>
    /// <param name="chineseText">The same.</param>
    /// <param name="link">Absolute http or https URL, made by the server.</param>
    public void Link(string english, string chineseText, Uri link)
    {
        if (!link.IsAbsoluteUri || link.Scheme is not ("http" or "https")) throw new ArgumentException("Only http and https links are put into messages.", nameof(link));
        _text.Append(Pick(english, chineseText)).Append(chinese ? "：\n" : ":\n").Append(link.AbsoluteUri).Append("\n\n");
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
        if (!_short)
        {
            _text.Append("-- \n").Append(Pick("This message was sent automatically by Sluice, the LLM API platform that you have an account on or were invited to. Replies are not read.",
                "此邮件由您注册或受邀使用的大模型 API 平台 Sluice 自动发送，请勿直接回复。")).Append('\n');
        }
        return new RenderedMessage(_subject, _text.ToString(), _code);
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
}
