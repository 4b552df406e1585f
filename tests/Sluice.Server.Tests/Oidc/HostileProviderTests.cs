using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Sluice.Server.Tests.Oidc;

/// <summary>Answers that must not let anybody in.</summary>
public sealed class HostileProviderTests(SharedBed shared) : IClassFixture<SharedBed>
{
    private static async Task ShouldNotLetInAsync(OidcBed bed, Browser browser, (HttpStatusCode Status, string Page) answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.Forbidden, answer.Page);
        browser.Session.ShouldBeNull();
        var (subject, email) = (bed.Provider.Subject, bed.Provider.Email);
        (await bed.QueryAsync(db => db.AccountLogins.CountAsync(l => l.ProviderKey.StartsWith(subject)))).ShouldBe(0);
        (await bed.QueryAsync(db => db.Accounts.CountAsync(a => a.Email == email))).ShouldBe(0);
    }

    [Theory]
    [InlineData("nonce")]
    [InlineData("no nonce")]
    [InlineData("issuer")]
    [InlineData("issuer without its slash")]
    [InlineData("audience")]
    [InlineData("no audience")]
    [InlineData("expired")]
    [InlineData("no expiry")]
    [InlineData("not valid yet")]
    [InlineData("no subject")]
    [InlineData("other key")]
    [InlineData("other key of the same name")]
    [InlineData("not signed")]
    [InlineData("signed with the client secret")]
    [InlineData("signed with the public key as a secret")]
    [InlineData("changed after signing")]
    [InlineData("not a token")]
    public async Task A_token_that_does_not_hold_lets_nobody_in(string flaw)
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using var other = RSA.Create(2048);
        bed.Provider.Payload = flaw switch
        {
            "nonce" => p => p["nonce"] = p["nonce"]!.GetValue<string>() + "x",
            "no nonce" => p => p.Remove("nonce"),
            "issuer" => p => p["iss"] = "http://127.0.0.1:1/",
            "issuer without its slash" => p => p["iss"] = p["iss"]!.GetValue<string>().TrimEnd('/'),
            "audience" => p => p["aud"] = "somebody-else",
            "no audience" => p => p.Remove("aud"),
            "expired" => p => (p["exp"], p["iat"], p["nbf"]) = (now - 120, now - 3600, now - 3600),
            "no expiry" => p => p.Remove("exp"),
            "not valid yet" => p => p["nbf"] = now + 3600,
            "no subject" => p => p.Remove("sub"),
            _ => null,
        };
        bed.Provider.Token = flaw switch
        {
            "other key" => p => new JsonWebTokenHandler().CreateToken(p, new SigningCredentials(new RsaSecurityKey(other) { KeyId = "key-2" }, SecurityAlgorithms.RsaSha256)),
            "other key of the same name" => p => new JsonWebTokenHandler().CreateToken(p, new SigningCredentials(new RsaSecurityKey(other) { KeyId = "key-1" }, SecurityAlgorithms.RsaSha256)),
            "not signed" => p => $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{Base64UrlEncoder.Encode(p)}.",
            "signed with the client secret" => p => Hmac(p, Encoding.UTF8.GetBytes(TestProvider.ClientSecret)),
            "signed with the public key as a secret" => p => Hmac(p, other.ExportSubjectPublicKeyInfo()),
            "changed after signing" => p => bed.Provider.Sign(p) is var signed ? $"{signed.Split('.')[0]}.{Base64UrlEncoder.Encode(p.Replace(bed.Provider.Subject, bed.Provider.Subject + "0", StringComparison.Ordinal))}.{signed.Split('.')[2]}" : "",
            "not a token" => _ => "a.b.c",
            _ => null,
        };
        await ShouldNotLetInAsync(bed, browser, await browser.SignInAsync());
        bed.Provider.TokenRequests.ShouldBe(1);

        // The same browser gets in once the answer is right: it was the flaw that kept it out.
        (bed.Provider.Payload, bed.Provider.Token) = (null, null);
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("another browser")]
    [InlineData("another state")]
    [InlineData("no state")]
    [InlineData("state of another sign-in")]
    [InlineData("another code")]
    [InlineData("no code")]
    [InlineData("nothing")]
    public async Task An_answer_that_was_not_asked_for_lets_nobody_in(string flaw)
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        using var other = bed.NewBrowser();
        var callback = await browser.ToCallbackAsync();
        var foreign = await other.ToCallbackAsync();
        var (own, theirs) = (System.Web.HttpUtility.ParseQueryString(new Uri(callback).Query), System.Web.HttpUtility.ParseQueryString(new Uri(foreign).Query));
        string Url(string? code, string? state) => "/auth/oidc/acme/callback?" + string.Join('&', new[] { code is null ? null : "code=" + Uri.EscapeDataString(code), state is null ? null : "state=" + Uri.EscapeDataString(state) }.OfType<string>());
        var opened = flaw switch
        {
            "another browser" => await other.OpenAsync(callback),
            "another state" => await browser.OpenAsync(Url(own["code"], own["state"]![..^4] + "AAAA")),
            "no state" => await browser.OpenAsync(Url(own["code"], null)),
            "state of another sign-in" => await browser.OpenAsync(Url(own["code"], theirs["state"])),
            // Stolen: the verifier of PKCE does not fit.
            "another code" => await browser.OpenAsync(Url(theirs["code"], own["state"])),
            "no code" => await browser.OpenAsync(Url(null, own["state"])),
            _ => await browser.OpenAsync("/auth/oidc/acme/callback"),
        };
        await ShouldNotLetInAsync(bed, flaw == "another browser" ? other : browser, opened);
    }

    [Fact]
    public async Task An_answer_is_taken_once()
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        var callback = await browser.ToCallbackAsync();
        (await browser.OpenAsync(callback)).Status.ShouldBe(HttpStatusCode.OK);
        (await browser.OpenAsync(callback)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_person_who_says_no_is_told_so()
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        var state = System.Web.HttpUtility.ParseQueryString(new Uri(await browser.ToCallbackAsync()).Query)["state"]!;
        var denied = await browser.OpenAsync($"/auth/oidc/acme/callback?error=access_denied&error_description={Uri.EscapeDataString("<script>x</script>")}&state={Uri.EscapeDataString(state)}");
        denied.Page.ShouldContain("did not let you in");
        denied.Page.ShouldNotContain("script>x");
        await ShouldNotLetInAsync(bed, browser, denied);
    }

    [Fact]
    public async Task User_info_of_another_subject_is_not_believed()
    {
        var bed = shared.Fresh();
        bed.Provider.UserInfo["sub"] = "somebody-else";
        using var browser = bed.NewBrowser();
        await ShouldNotLetInAsync(bed, browser, await browser.SignInAsync());
    }

    [Fact]
    public async Task An_answer_of_one_provider_is_of_no_use_at_anothers_address()
    {
        await using var second = await TestProvider.StartAsync();
        await using var bed = await OidcBed.StartAsync(("Sluice:Oidc:1:Name", "other"), ("Sluice:Oidc:1:Issuer", second.Issuer), ("Sluice:Oidc:1:ClientId", TestProvider.ClientId),
            ("Sluice:Oidc:1:ClientSecret", TestProvider.ClientSecret), ("Sluice:Oidc:1:AutoCreate", "true"));
        using var browser = bed.NewBrowser();
        var callback = await browser.ToCallbackAsync();
        await ShouldNotLetInAsync(bed, browser, await browser.OpenAsync(callback.Replace("/acme/", "/other/", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_goes_through_the_browser_opens_only_unchanged_and_for_its_purpose()
    {
        using var folder = new Sluice.Testing.TempFolder();
        var states = new Sluice.Server.SingleSignOn.SealedStates(Sluice.Server.Secrets.KeyMaterial.Load(folder.File("keys"), false));
        var protector = states.CreateProtector("a");
        var box = protector.Protect("hello"u8.ToArray());
        protector.Unprotect(box).ShouldBe("hello"u8.ToArray());
        states.CreateProtector("a").Unprotect(box).ShouldBe("hello"u8.ToArray());
        Should.Throw<CryptographicException>(() => states.CreateProtector("b").Unprotect(box));
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            var changed = box.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Should.Throw<CryptographicException>(() => protector.Unprotect(changed));
        }
        Should.Throw<CryptographicException>(() => protector.Unprotect([]));
        protector.Protect("hello"u8.ToArray()).ShouldNotBe(box);
    }

    private static string Hmac(string payload, byte[] secret)
    {
        var head = Base64UrlEncoder.Encode("""{"alg":"HS256","typ":"JWT","kid":"key-1"}""") + "." + Base64UrlEncoder.Encode(payload);
        return head + "." + Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(head)));
    }
}
