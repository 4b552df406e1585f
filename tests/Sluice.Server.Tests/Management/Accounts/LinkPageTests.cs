using System.Net;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>Where links in mails lead.</summary>
public class LinkPageTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Fact]
    public async Task A_program_that_opens_every_link_uses_none_up()
    {
        var email = _server.NewAddress();
        await _server.RegisterAsync(email);
        var token = (await _server.MailAsync(email)).Token;
        for (var i = 0; i < 3; i++)
        {
            foreach (var method in new[] { "GET", "HEAD" })
                ((int)(await _server.SendAsync(method, "/verify-email?token=" + token, token: "")).Status).ShouldBeOneOf(200, 405);
        }

        (await _server.AccountAsync(email)).EmailConfirmed.ShouldBeFalse();
        var page = await _server.SendAsync("GET", "/verify-email?token=" + token, token: "");
        page.Text.ShouldContain($"name=\"token\" value=\"{token}\"");
        page.Headers["content-security-policy"].ShouldStartWith("default-src 'none'");
        page.Headers["referrer-policy"].ShouldBe("same-origin");
        page.Headers["cache-control"].ShouldBe("no-store");
        (await PostAsync("/verify-email", ("token", token))).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AccountAsync(email)).EmailConfirmed.ShouldBeTrue();
        (await PostAsync("/verify-email", ("token", token))).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_password_is_chosen_on_a_page_without_scripts()
    {
        var (_, email) = await _server.JoinAsync();
        await _server.OpenAsync("/password-resets", new { email });
        var token = (await _server.MailAsync(email, "password_reset")).Token;
        (await _server.SendAsync("GET", "/reset-password?token=" + token, token: "")).Text.ShouldContain("type=\"password\"");
        var refused = await PostAsync("/reset-password", ("token", token), ("newPassword", "short"));
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Text.ShouldContain($"value=\"{token}\"");
        refused.Text.ShouldNotContain("value=\"short\"");
        (await PostAsync("/reset-password", ("token", token), ("newPassword", AccountsBed.OtherPassword))).Status.ShouldBe(HttpStatusCode.OK);
        await _server.SignedInAsync(email, AccountsBed.OtherPassword);
    }

    [Fact]
    public async Task Both_sides_of_a_change_of_address_agree_on_pages()
    {
        var (person, email) = await _server.JoinAsync();
        var wanted = _server.NewAddress();
        await _server.AsAsync(person, "POST", "/me/email", new { email = wanted });
        (await PostAsync("/confirm-email-change", ("token", (await _server.MailAsync(wanted)).Token))).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync("/confirm-email-change", ("token", (await _server.MailAsync(email, "email_change_approval")).Token))).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AsAsync(person, "GET", "/me")).Json.GetProperty("email").GetString().ShouldBe(wanted);
    }

    [Fact]
    public async Task An_invitation_is_accepted_by_whoever_is_signed_in_with_the_invited_address()
    {
        var (person, email) = await _server.JoinAsync();
        (await _server.SendAsync("POST", "/api/v1/invitations", $$"""{"email":"{{email}}","roleId":"role_developer"}""", _server.OtherToken)).Status.ShouldBe(HttpStatusCode.Created);
        var link = System.Text.RegularExpressions.Regex.Match((await _server.MailsAsync(email)).Single(m => m.Body.Contains("accept-invitation")).Body, @"\?token=(\S+)").Groups[1].Value;
        (await PostAsync("/accept-invitation", ("token", link))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var (other, _) = await _server.JoinAsync();
        ((int)(await SendAsync("/accept-invitation", other.Token, ("token", link))).Status).ShouldBeInRange(400, 404);
        (await SendAsync("/accept-invitation", person.Token, ("token", link))).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AsAsync(person, "GET", "/whoami")).Json.GetProperty("organisationId").GetString().ShouldBe(ManagementServer.OrganisationB);
    }

    [Theory]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("' onfocus='x")]
    public async Task What_stands_in_an_address_is_shown_as_text(string token)
    {
        foreach (var path in new[] { "/verify-email", "/reset-password", "/confirm-email-change", "/accept-invitation", "/setup" })
        {
            var page = await _server.SendAsync("GET", $"{path}?token={Uri.EscapeDataString(token)}", token: "");
            page.Text.ShouldNotContain("<script");
            page.Text.ShouldNotContain(token);
        }
    }

    [Fact]
    public async Task A_page_speaks_Chinese_to_who_reads_it() =>
        (await _server.SendAsync("GET", "/verify-email?token=x", token: "", headers: ("Accept-Language", "zh-Hans-CN"))).Text.ShouldContain("<html lang=\"zh-CN\">");

    [Fact]
    public async Task Strangers_may_send_forms_no_faster_than_calls()
    {
        await using var own = new ManagementServer();
        await own.InitializeAsync();
        own.Options().StrangerCallsPerMinute = 3;
        for (var i = 0; i < 3; i++)
            (await PostToAsync(own, "/verify-email", ("token", "x"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PostToAsync(own, "/verify-email", ("token", "x"))).Status.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    private Task<Reply> PostAsync(string path, params (string Name, string Value)[] fields) => PostToAsync(_server, path, fields);

    private static Task<Reply> PostToAsync(ManagementServer server, string path, params (string Name, string Value)[] fields) =>
        server.SendAsync("POST", path, token: "", content: new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    private Task<Reply> SendAsync(string path, string session, params (string Name, string Value)[] fields) =>
        _server.SendAsync("POST", path, token: "", content: new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))), headers: ("Cookie", "sluice_session=" + session));
}
