using System.Reflection;
using Microsoft.AspNetCore.Http;
using Sluice.Console.Layout;

namespace Sluice.Console.Serving;

/// <summary>
/// Secrets of links from mails and from the first start. They come in an address, where histories, proxies and referrers would keep them: the first answer moves
/// them into a cookie that only the console's pages get, and leads to the address without. Nothing is used up by it.
/// </summary>
public static class LinkTokens
{
    private const string Parameter = "token";
    private const int CharsMax = 300;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>Where to go on, if the page's address holds a secret.</summary>
    internal static string? Moved(HttpContext http, Type page)
    {
        if (page.GetCustomAttribute<FromLinkAttribute>() is not { } link || !http.Request.Query.ContainsKey(Parameter)) return null;
        var token = http.Request.Query[Parameter].ToString();
        if (token.Length is > 0 and <= CharsMax) http.Response.Cookies.Append(Cookie(link.Name), token, Options(http, Kept));
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Pages.Address.With(http.Request, (Parameter, null));
    }

    /// <summary>The secret of the link that was followed; empty where none was.</summary>
    public static string Of(HttpContext http, string name) => http.Request.Cookies[Cookie(name)] is { Length: <= CharsMax } token ? token : "";

    /// <summary>Once it is of no use any more.</summary>
    public static void Forget(HttpContext http, string name)
    {
        if (http.Request.Cookies.ContainsKey(Cookie(name))) http.Response.Cookies.Delete(Cookie(name), Options(http, null));
    }

    private static string Cookie(string name) => "sluice_link_" + name;

    // Lax: it is needed on the page that a link on another site leads to.
    private static CookieOptions Options(HttpContext http, TimeSpan? kept) =>
        new() { Path = Looks.Root, HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = Looks.IsSecure(http), IsEssential = true, MaxAge = kept };
}
