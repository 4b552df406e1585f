using Sluice.Gateway.Keys;

namespace Sluice.Server.Management.Access;

/// <summary>
/// The cookie of a browser that is signed in to the console. Only the console gets it: the management API takes tokens. Out of reach of scripts; with the <c>__Secure-</c>
/// prefix where the connection is secure, so that no neighbouring host can set one.
/// </summary>
internal static class SessionCookie
{
    public const string PlainName = "sluice_session";
    public const string SecureName = "__Secure-sluice_session";

    /// <summary>A session ends this long after it was last used.</summary>
    public static readonly TimeSpan IdleLifetime = TimeSpan.FromHours(24);
    /// <summary>A session ends this long after it began, whatever happens.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);
    /// <summary>How exactly the last use is kept.</summary>
    public static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);

    public static bool TryRead(HttpRequest request, out string token)
    {
        token = request.Cookies[NameOn(request)] ?? "";
        return KeyText.TryParse(token, out var purpose, out _) && purpose is KeyPurpose.Session;
    }

    public static void Set(HttpContext http, string token, DateTimeOffset expires) => http.Response.Cookies.Append(NameOn(http.Request), token, Options(http.Request, expires));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(NameOn(http.Request), Options(http.Request, null));

    private static string NameOn(HttpRequest request) => IsSecure(request) ? SecureName : PlainName;

    // Behind a proxy that ends TLS the connection seen here is a plain one; what people reach the server as is what counts for their browser.
    private static bool IsSecure(HttpRequest request) =>
        request.IsHttps || request.HttpContext.RequestServices.GetRequiredService<ManagementOptions>().BaseUrl().StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    private static CookieOptions Options(HttpRequest request, DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = IsSecure(request),
        Path = Console.Layout.Looks.Root,
        Expires = expires,
        IsEssential = true,
    };
}
