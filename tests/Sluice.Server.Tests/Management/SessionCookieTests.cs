using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Keys;
using Sluice.Server.Management;
using Sluice.Server.Management.Access;

namespace Sluice.Server.Tests.Management;

public class SessionCookieTests
{
    [Theory]
    [InlineData("http", "http://sluice.example", false)]
    [InlineData("https", "http://sluice.example", true)]
    [InlineData("http", "https://sluice.example", true)]
    public void The_cookie_is_kept_to_secure_connections_wherever_the_browser_has_one(string scheme, string baseUrl, bool secure)
    {
        var token = KeyText.Create(KeyPurpose.Session, out _).Reveal();
        var answered = Context(scheme, baseUrl);
        SessionCookie.Set(answered, token, DateTimeOffset.UnixEpoch.AddYears(100));
        var cookie = answered.Response.Headers.SetCookie.ToString();
        cookie.ShouldStartWith((secure ? "__Secure-sluice_session=" : "sluice_session=") + token);
        cookie.Contains("; secure", StringComparison.Ordinal).ShouldBe(secure);
        cookie.ShouldContain("; path=/console;");
        cookie.ShouldContain("; httponly");
        cookie.ShouldContain("; samesite=lax");
        cookie.ShouldNotContain("domain");

        var asked = Context(scheme, baseUrl);
        asked.Request.Headers.Cookie = cookie.Split(';')[0];
        SessionCookie.TryRead(asked.Request, out var read).ShouldBeTrue();
        read.ShouldBe(token);
        // A neighbouring host could set the other one.
        asked.Request.Headers.Cookie = (secure ? "sluice_session=" : "__Secure-sluice_session=") + token;
        SessionCookie.TryRead(asked.Request, out _).ShouldBeFalse();
    }

    private static DefaultHttpContext Context(string scheme, string baseUrl) => new()
    {
        Request = { Scheme = scheme },
        RequestServices = new ServiceCollection().AddSingleton(new ManagementOptions { BaseUrl = () => baseUrl }).BuildServiceProvider(),
    };
}
