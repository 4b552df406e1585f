using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Net.Http.Headers;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Accounts.Pages;

/// <summary>A page of words and one form, without scripts, in the reader's language. Nothing of it is kept by browsers, shown in frames or told to other sites.</summary>
internal sealed class HtmlPage
{
    private const string Style = "body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 1em}label{display:block;margin:1em 0}input{display:block;width:100%;box-sizing:border-box;"
        + "font:inherit;padding:.5em;border:1px solid #888;border-radius:4px}button{font:inherit;padding:.5em 1.5em;border:0;border-radius:4px;background:#1a56db;color:#fff}code{background:#eee;padding:.1em .3em}"
        + ".wrong{border-left:4px solid #c81e1e;padding:.5em 1em;background:#fdf2f2}small{color:#555}";

    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    private readonly StringBuilder _body = new();
    private readonly string _title;

    public HtmlPage(HttpContext http, string english, string chinese)
    {
        IsChinese = ReadsChinese(http.Request);
        _title = Pick(english, chinese);
    }

    public bool IsChinese { get; }

    public string Pick(string english, string chinese) => IsChinese ? chinese : english;

    public HtmlPage Say(string english, string chinese)
    {
        _body.Append("<p>").Append(Encode(Pick(english, chinese))).Append("</p>\n");
        return this;
    }

    /// <summary>Text with a command or address at its end.</summary>
    public HtmlPage SayCode(string english, string chinese, string code)
    {
        _body.Append("<p>").Append(Encode(Pick(english, chinese))).Append(" <code>").Append(Encode(code)).Append("</code></p>\n");
        return this;
    }

    /// <summary>Why the form was not taken.</summary>
    public HtmlPage Refuse(Refusal refusal)
    {
        var words = refusal.Code.Status == 401 && !IsChinese ? "Sign in first, then open this link again." : IsChinese ? Chinese(refusal) : refusal.Detail is { } detail ? $"{refusal.Code.Sentence} {detail}" : refusal.Code.Sentence;
        _body.Append("<p class=\"wrong\" role=\"alert\">").Append(Encode(words)).Append("</p>\n");
        return this;
    }

    public HtmlPage BeginForm(string action)
    {
        _body.Append("<form method=\"post\" action=\"").Append(Encode(action)).Append("\">\n");
        return this;
    }

    public HtmlPage Hidden(string name, string value)
    {
        _body.Append("<input type=\"hidden\" name=\"").Append(Encode(name)).Append("\" value=\"").Append(Encode(value)).Append("\">\n");
        return this;
    }

    public HtmlPage Field(string name, string type, string autocomplete, string english, string chinese, string? value = null, bool required = true, string? hint = null, string? chineseHint = null)
    {
        _body.Append("<label>").Append(Encode(Pick(english, chinese)))
            .Append("<input name=\"").Append(name).Append("\" type=\"").Append(type).Append("\" autocomplete=\"").Append(autocomplete).Append('"');
        if (required)
            _body.Append(" required");
        if (value is not null)
            _body.Append(" value=\"").Append(Encode(value)).Append('"');
        _body.Append('>');
        if (hint is not null)
            _body.Append("<small>").Append(Encode(Pick(hint, chineseHint!))).Append("</small>");
        _body.Append("</label>\n");
        return this;
    }

    public HtmlPage EndForm(string english, string chinese)
    {
        _body.Append("<button type=\"submit\">").Append(Encode(Pick(english, chinese))).Append("</button>\n</form>\n");
        return this;
    }

    public Task SendAsync(HttpContext http, int status)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'sha256-{StyleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        // Other sites learn nothing of the address, which holds the link's secret; the form's own origin is sent with it.
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers.XFrameOptions = "DENY";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.Vary = HeaderNames.AcceptLanguage;
        return response.WriteAsync($"""
            <!doctype html>
            <html lang="{(IsChinese ? "zh-CN" : "en")}">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{Encode(_title)}</title><style>{Style}</style></head>
            <body><main><h1>{Encode(_title)}</h1>
            {_body}</main></body>
            </html>

            """, http.RequestAborted);
    }

    /// <summary>Whether the first language that we have and the reader takes is Chinese.</summary>
    public static bool ReadsChinese(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var languages))
            return false;
        var first = languages.Where(static l => l.Quality is null or > 0).OrderByDescending(static l => l.Quality ?? 1)
            .FirstOrDefault(static l => l.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase) || l.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase));
        return first is not null && first.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase);
    }

    private static string Chinese(Refusal refusal) => refusal switch
    {
        { Code: var code } when code == ErrorCodes.LinkNotValid => "链接无效：已被使用、已过期或不完整。请重新获取。",
        { Code.Status: 401 } => "请先登录，然后重新打开此链接。",
        { Code: var code } when code == ErrorCodes.RateLimitExceeded => "操作过于频繁，请稍后再试。",
        { Code: var code } when code == ErrorCodes.Conflict => "该邮箱已有账号，请换一个。",
        { Code.Status: >= 500 } => "服务器繁忙，请稍后再试。",
        { Fields: [{ Field: "password" or "newPassword" }, ..] } => "密码不符合要求：15 至 256 个字符，不能是常见密码，也不要由姓名、邮箱或产品名组成。",
        { Fields: [{ Field: "email" }, ..] } => "邮箱地址格式不正确。",
        { Fields: [{ Field: "timeZone" }, ..] } => "时区名称不正确，例如 Asia/Shanghai。",
        { Fields: [{ Field: var field }, ..] } => $"“{field}”填写不正确。",
        _ => "未能完成，请重试。",
    };

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
