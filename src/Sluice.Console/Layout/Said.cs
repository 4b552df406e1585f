using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Sluice.Console.Layout;

/// <summary>One word from a page that was left to the next one, in a cookie that lives until it is shown.</summary>
public static class Said
{
    private const string Cookie = "sluice_said";
    private const int CharsMax = 400;

    public static void Leave(HttpContext http, string words) =>
        http.Response.Cookies.Append(Cookie, WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(words.Length > CharsMax ? words[..CharsMax] : words)), Options(http));

    /// <summary>The word, which is gone then.</summary>
    public static string? Take(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is not { Length: > 0 } text) return null;
        if (!http.Response.HasStarted) http.Response.Cookies.Delete(Cookie, Options(http));
        try
        {
            return Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(text));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static CookieOptions Options(HttpContext http) => new() { Path = Looks.Root, HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = Looks.IsSecure(http), IsEssential = true };
}
