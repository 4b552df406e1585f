using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.AspNetCore.Routing;
using Sluice.Server.Management.Access;

namespace Sluice.Server.Tests.Oidc;

/// <summary>Who gets in through a provider, as whom, and who does not.</summary>
public sealed class SignInTests(SharedBed shared) : IClassFixture<SharedBed>
{
    [Fact]
    public async Task The_first_sign_in_makes_an_account_and_the_second_finds_it()
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        var (status, page) = await browser.SignInAsync("/auth/oidc/acme?returnUrl=/console/keys");
        status.ShouldBe(HttpStatusCode.OK, page);
        page.ShouldContain("content=\"0;url=/console/keys\"");
        var account = (await browser.WhoAmIAsync()).GetProperty("accountId").GetString();
        var (subject, email) = (bed.Provider.Subject, bed.Provider.Email);
        var row = await bed.QueryAsync(db => db.Accounts.SingleAsync(a => a.Email == email));
        (row.Id, row.EmailConfirmed, row.Name, row.PasswordHash).ShouldBe((account, true, "Ada Lovelace", null));
        (await bed.QueryAsync(db => db.AccountLogins.SingleAsync(l => l.UserId == account))).ProviderKey.ShouldBe(subject);

        using var other = bed.NewBrowser();
        bed.Provider.Claims["email"] = "renamed@corp.example";
        (await other.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        (await other.WhoAmIAsync()).GetProperty("accountId").GetString().ShouldBe(account);
        other.Session.ShouldNotBe(browser.Session);
        (await bed.QueryAsync(db => db.Sessions.Where(s => s.AccountId == account).Select(s => s.Method).ToListAsync())).ShouldBe(["oidc:acme", "oidc:acme"]);
        (await bed.QueryAsync(db => db.AuditEntries.Where(a => a.ActorId == account).Select(a => a.Action).ToListAsync())).ShouldBe(["account.register", "session.start", "session.start"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_request_asks_for_a_code_with_PKCE_state_and_nonce()
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        var asked = bed.Provider.Asked;
        (asked["response_type"], asked["code_challenge_method"], asked["scope"], asked["redirect_uri"], asked["client_id"]).ShouldBe(("code", "S256", "openid email profile", bed.Server.BaseUrl + "/auth/oidc/acme/callback", TestProvider.ClientId));
        foreach (var name in new[] { "code_challenge", "state", "nonce" }) asked[name].Length.ShouldBeGreaterThan(20, name);
        asked.Values.ShouldNotContain(v => v.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_redirect_uri_is_what_people_reach_the_server_as()
    {
        await using var bed = await OidcBed.StartAsync(("Sluice:PublicBaseUrl", "https://llm.example.com/"));
        using var browser = new Browser(bed.Server.Host.App.Urls.Single(), () => bed.Server.Output);
        using var start = await browser.GetAsync("/auth/oidc/acme");
        start.Headers.Location!.Query.ShouldContain("redirect_uri=https%3A%2F%2Fllm.example.com%2Fauth%2Foidc%2Facme%2Fcallback");
        // Its cookies then are for secure connections only.
        start.Headers.GetValues("Set-Cookie").ShouldAllBe(c => c.Contains("secure", StringComparison.OrdinalIgnoreCase) && c.Contains("httponly", StringComparison.OrdinalIgnoreCase) && c.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_stranger_gets_no_account_where_that_is_not_wanted()
    {
        await using var bed = await OidcBed.StartAsync(("AutoCreate", "false"));
        using var browser = bed.NewBrowser();
        var (status, page) = await browser.SignInAsync();
        status.ShouldBe(HttpStatusCode.Forbidden);
        page.ShouldContain("not connected to an account here");
        browser.Session.ShouldBeNull();
        (await bed.QueryAsync(db => db.Accounts.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task A_confirmed_address_connects_to_the_account_that_has_it_and_its_owner_is_told()
    {
        await using var bed = await OidcBed.StartAsync(("AutoCreate", "false"));
        var account = await bed.AddAccountAsync("ADA@corp.example");
        bed.Provider.Claims["email"] = "ada@CORP.example";
        using var browser = bed.NewBrowser();
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        (await browser.WhoAmIAsync()).GetProperty("accountId").GetString().ShouldBe(account);
        var mail = await bed.QueryAsync(db => db.Outbox.SingleAsync(m => m.Kind == "account_changed"));
        (mail.Recipient, mail.Subject).ShouldBe(("ADA@corp.example", "Single sign-on was connected to your account"));
        (await bed.QueryAsync(db => db.AuditEntries.CountAsync(a => a.Action == "account.link" && a.SubjectId == account))).ShouldBe(1);
    }

    [Theory]
    [InlineData("provider not trusted")]
    [InlineData("not verified there")]
    [InlineData("verification not mentioned")]
    [InlineData("verified is a word")]
    [InlineData("not confirmed here")]
    public async Task An_address_that_either_side_did_not_confirm_never_opens_an_account(string flaw)
    {
        await using var bed = await OidcBed.StartAsync(("TrustEmail", flaw == "provider not trusted" ? "false" : "true"));
        await bed.AddAccountAsync("ada@corp.example", confirmed: flaw != "not confirmed here");
        if (flaw == "not verified there") bed.Provider.Claims["email_verified"] = false;
        if (flaw == "verification not mentioned") bed.Provider.Claims.Remove("email_verified");
        if (flaw == "verified is a word") bed.Provider.Claims["email_verified"] = "yes";
        using var browser = bed.NewBrowser();
        var (status, page) = await browser.SignInAsync();
        status.ShouldBe(HttpStatusCode.Forbidden);
        // The same words as for a stranger: whether the address has an account is told to nobody.
        page.ShouldContain("not connected to an account here");
        browser.Session.ShouldBeNull();
        (await bed.QueryAsync(db => db.AccountLogins.CountAsync())).ShouldBe(0);
        (await bed.QueryAsync(db => db.Accounts.CountAsync())).ShouldBe(1);
        (await bed.QueryAsync(db => db.Outbox.CountAsync())).ShouldBe(0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not an address")]
    [InlineData("ſam@corp.example")]
    public async Task A_new_account_needs_a_usable_address(string? email)
    {
        var bed = shared.Fresh();
        bed.Provider.Claims["email"] = email;
        if (email is null) bed.Provider.Claims.Remove("email");
        using var browser = bed.NewBrowser();
        var (status, page) = await browser.SignInAsync();
        status.ShouldBe(HttpStatusCode.Forbidden);
        page.ShouldContain("no usable e-mail address");
        var subject = bed.Provider.Subject;
        (await bed.QueryAsync(db => db.AccountLogins.CountAsync(l => l.ProviderKey == subject))).ShouldBe(0);
    }

    [Fact]
    public async Task An_address_that_is_not_believed_leaves_the_new_account_unconfirmed()
    {
        await using var bed = await OidcBed.StartAsync(("TrustEmail", "false"));
        using var browser = bed.NewBrowser();
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        (await bed.QueryAsync(db => db.Accounts.SingleAsync())).EmailConfirmed.ShouldBeFalse();
    }

    [Fact]
    public async Task An_address_that_only_the_user_info_endpoint_tells_is_found_too()
    {
        var bed = shared.Fresh();
        bed.Provider.Claims.Remove("email");
        bed.Provider.Claims.Remove("email_verified");
        (bed.Provider.UserInfo["email"], bed.Provider.UserInfo["email_verified"]) = ("info@corp.example", true);
        using var browser = bed.NewBrowser();
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        var row = await bed.QueryAsync(db => db.Accounts.SingleAsync(a => a.Email == "info@corp.example"));
        (row.Email, row.EmailConfirmed).ShouldBe(("info@corp.example", true));
    }

    [Fact]
    public async Task The_same_subject_of_another_issuer_is_somebody_else()
    {
        await using var second = await TestProvider.StartAsync();
        await using var bed = await OidcBed.StartAsync(("Sluice:Oidc:1:Name", "other"), ("Sluice:Oidc:1:Issuer", second.Issuer), ("Sluice:Oidc:1:ClientId", TestProvider.ClientId),
            ("Sluice:Oidc:1:ClientSecret", TestProvider.ClientSecret), ("Sluice:Oidc:1:AutoCreate", "true"), ("Sluice:Oidc:1:TrustEmail", "false"));
        using var first = bed.NewBrowser();
        (await first.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        using var imposter = bed.NewBrowser();
        // Same subject, same address, same everything: but not the same issuer, and not trusted with addresses.
        (await imposter.SignInAsync("/auth/oidc/other")).Status.ShouldBe(HttpStatusCode.Forbidden);
        second.Claims["email"] = "eve@corp.example";
        (await imposter.SignInAsync("/auth/oidc/other")).Status.ShouldBe(HttpStatusCode.OK);
        (await imposter.WhoAmIAsync()).GetProperty("accountId").GetString().ShouldNotBe((await first.WhoAmIAsync()).GetProperty("accountId").GetString());
    }

    [Fact]
    public async Task A_suspended_person_is_not_let_in_and_gets_no_roles()
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        var email = bed.Provider.Email;
        await bed.QueryAsync(db => db.Accounts.Where(a => a.Email == email).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        using var again = bed.NewBrowser();
        var (status, page) = await again.SignInAsync();
        ((int)status, again.Session).ShouldBe((401, null));
        page.ShouldContain("suspended");
    }

    [Fact]
    public async Task A_cookie_from_before_is_worth_nothing_after()
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        var before = browser.Session;
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        browser.Session.ShouldNotBe(before);
    }

    [Fact]
    public async Task Names_and_languages_are_taken_over_as_far_as_they_can_be_shown()
    {
        var bed = shared.Fresh();
        (bed.Provider.Claims["name"], bed.Provider.Claims["locale"]) = ("阿达\u202e\r\n<b>" + new string('x', 300), "zh-Hans-CN");
        using var browser = bed.NewBrowser();
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        var email = bed.Provider.Email;
        var row = await bed.QueryAsync(db => db.Accounts.SingleAsync(a => a.Email == email));
        row.Name.ShouldStartWith("阿达<b>x");
        row.Name.Length.ShouldBeLessThanOrEqualTo(100);
        row.Language.ShouldBe("zh-CN");
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("\\\\evil.example")]
    [InlineData("/%0d%0aLocation:%20https://evil.example")]
    [InlineData("/%09/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("console")]
    [InlineData("/a&returnUrl=/b")]
    public async Task Nobody_is_sent_off_to_another_site(string returnUrl)
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        (await browser.OpenAsync("/auth/oidc/acme?returnUrl=" + returnUrl)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_provider_that_does_not_exist_or_does_not_answer_is_told_apart()
    {
        await using var bed = await OidcBed.StartAsync();
        using var browser = bed.NewBrowser();
        (await browser.OpenAsync("/auth/oidc/nobody")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await browser.OpenAsync("/auth/oidc/nobody/callback")).Status.ShouldBe(HttpStatusCode.NotFound);
        await bed.Provider.DisposeAsync();
        var (status, page) = await browser.OpenAsync("/auth/oidc/acme");
        status.ShouldBe(HttpStatusCode.BadGateway);
        page.ShouldNotContain("127.0.0.1");
    }

    [Fact]
    public async Task A_flood_of_sign_ins_from_one_address_is_refused()
    {
        await using var bed = await OidcBed.StartAsync(callsPerMinute: 3);
        using var browser = bed.NewBrowser();
        for (var i = 0; i < 3; i++) (await browser.OpenAsync("/auth/oidc/nobody")).Status.ShouldBe(HttpStatusCode.NotFound);
        using var refused = await browser.GetAsync("/auth/oidc/acme");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task The_pages_run_nothing_and_are_kept_by_nobody()
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        using var page = await browser.GetAsync(await browser.ToCallbackAsync());
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'");
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        page.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        var cookie = page.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("sluice_session=", StringComparison.Ordinal));
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
    }

    [Fact]
    public async Task Every_endpoint_of_the_whole_server_needs_a_caller_or_is_on_the_list_of_open_ones()
    {
        var bed = shared.Fresh();
        var endpoints = bed.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints;
        endpoints.OfType<RouteEndpoint>().Count(e => e.RoutePattern.RawText!.StartsWith("/auth/oidc", StringComparison.Ordinal)).ShouldBe(2);
        OpenRoutes.Unlisted(endpoints).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_secret_of_a_sign_in_is_logged()
    {
        var bed = shared.Fresh();
        using var browser = bed.NewBrowser();
        var callback = await browser.ToCallbackAsync();
        var code = System.Web.HttpUtility.ParseQueryString(new Uri(callback).Query)["code"]!;
        (await browser.OpenAsync(callback)).Status.ShouldBe(HttpStatusCode.OK);
        bed.Provider.Payload = p => p["nonce"] = "other";
        await browser.SignInAsync();
        foreach (var secret in new[] { code, "client-canary", browser.Session!, bed.Provider.Email }) bed.Server.Output.ShouldNotContain(secret);
    }
}
