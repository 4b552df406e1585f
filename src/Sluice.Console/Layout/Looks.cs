using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using SameSiteMode = Microsoft.AspNetCore.Http.SameSiteMode;
using Sluice.Console.Door;
using Sluice.Console.Language;

namespace Sluice.Console.Layout;

/// <summary>Language, theme and project as the reader chose them, in cookies that only the console's pages get.</summary>
public static class Looks
{
    public const string Root = "/console";
    public const string LanguageCookie = "sluice_language";
    public const string ThemeCookie = "sluice_theme";
    public const string ProjectCookie = "sluice_project";
    public static readonly IReadOnlyList<string> Themes = ["system", "light", "dark"];

    /// <summary>By cookie, else by account, else by what the browser asks for.</summary>
    public static string LanguageOf(HttpContext http, string? ofAccount)
    {
        var chosen = http.Request.Cookies[LanguageCookie] ?? ofAccount;
        return chosen is not null && Words.Languages.Contains(chosen) ? chosen : OfBrowser(http.Request);
    }

    public static string ThemeOf(HttpContext http) => http.Request.Cookies[ThemeCookie] is { } theme && Themes.Contains(theme) ? theme : "system";

    /// <param name="value">Empty takes the cookie away.</param>
    public static void Choose(HttpContext http, string cookie, string value)
    {
        var options = new CookieOptions { Path = Root, SameSite = SameSiteMode.Lax, HttpOnly = true, Secure = IsSecure(http), IsEssential = true, MaxAge = TimeSpan.FromDays(400) };
        if (value.Length == 0) http.Response.Cookies.Delete(cookie, options);
        else http.Response.Cookies.Append(cookie, value, options);
    }

    /// <summary>Whether people reach the console by https; behind a proxy that ends TLS, the connection seen here is a plain one.</summary>
    public static bool IsSecure(HttpContext http) =>
        http.Request.IsHttps || http.RequestServices.GetRequiredService<IControlPlane>().BaseUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    private static string OfBrowser(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var languages)) return Words.English;
        var first = languages.Where(static l => l.Quality is null or > 0).OrderByDescending(static l => l.Quality ?? 1)
            .FirstOrDefault(static l => l.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase) || l.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase));
        return first is not null && first.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Words.Chinese : Words.English;
    }
}
