using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Sluice.Server.SingleSignOn;

/// <summary>The two pages that a sign-in through a provider can end with.</summary>
internal static class SignInPage
{
    private const string Style = "body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:4em auto;padding:0 1em}code{background:#eee;padding:.1em .3em}";
    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    /// <summary>
    /// Goes on by itself. Not a redirect: a chain of redirects that began at the provider counts as cross-site to its end, and the session's cookie, which is for this
    /// site's own pages only, would not be sent along.
    /// </summary>
    public static Task SignedInAsync(HttpContext http, string returnTo) => WriteAsync(http, StatusCodes.Status200OK, "Signed in",
        $"<p>You are signed in. <a href=\"{Encode(returnTo)}\">Go on</a></p>", $"<meta http-equiv=\"refresh\" content=\"0;url={Encode(returnTo)}\">");

    public static Task FailedAsync(HttpContext http, int status, string reason, string requestId) => WriteAsync(http, status, "Sign-in failed",
        $"<p>{Encode(reason)}</p><p>Nobody was signed in. You can <a href=\"/\">start again</a>. If you ask for help, name <code>{Encode(requestId)}</code>.</p>", "");

    private static Task WriteAsync(HttpContext http, int status, string title, string body, string head)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'sha256-{StyleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.XFrameOptions = "DENY";
        return response.WriteAsync($"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width">{head}<title>{title}</title><style>{Style}</style></head>
            <body><h1>{title}</h1>
            {body}
            </body>
            </html>
            """, http.RequestAborted);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
