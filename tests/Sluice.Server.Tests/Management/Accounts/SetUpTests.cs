using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Sluice.Server.FirstRun;
using Sluice.Server.Hosting;
using Sluice.Testing;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>The first person of an installation, on the whole server.</summary>
public class SetUpTests
{
    private static readonly FormUrlEncodedContent Nothing = new([]);

    [Fact]
    public async Task The_first_visitor_with_the_link_becomes_the_operator_without_scripts()
    {
        await using var server = await StartAsync();
        using var browser = server.NewClient(null);
        using var page = await browser.GetAsync(new Uri(server.FirstRun.SetupUrl), TestContext.Current.CancellationToken);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldBe(page.Headers.GetValues("Content-Security-Policy").Single().Replace("script", ""));
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("form-action 'self'");
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        html.ShouldContain("<form method=\"post\" action=\"/setup\">");
        html.ShouldNotContain("<script");

        using var done = await PostAsync(browser, server, "ada@corp.example");
        done.StatusCode.ShouldBe(HttpStatusCode.Created, await done.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var cookie = done.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/whoami");
        request.Headers.Add("Cookie", cookie);
        using var who = await browser.SendAsync(request, TestContext.Current.CancellationToken);
        var me = JsonSerializer.Deserialize<JsonElement>(await who.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        me.GetProperty("isOperator").GetBoolean().ShouldBeTrue();
        me.GetProperty("organisationName").GetString().ShouldBe("Example Ltd");
        me.GetProperty("timeZone").GetString().ShouldBe("Asia/Shanghai");
        me.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()).ShouldContain("installation.people");

        using var again = await browser.GetAsync(new Uri(server.FirstRun.SetupUrl), TestContext.Current.CancellationToken);
        again.StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("was used");
        using var late = await PostAsync(browser, server, "eve@corp.example");
        late.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Of_many_visitors_at_once_one_becomes_the_operator()
    {
        await using var server = await StartAsync();
        using var client = server.NewClient(null);
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var content = SluiceServer.Json(JsonSerializer.Serialize(new { token = TokenOf(server), email = $"visitor{i}@corp.example", password = AccountsBed.Password, name = "V" }));
            using var reply = await client.PostAsync(new Uri("/api/v1/setup", UriKind.Relative), content, TestContext.Current.CancellationToken);
            return reply.StatusCode;
        }));
        replies.Count(s => s == HttpStatusCode.Created).ShouldBe(1, string.Join(' ', replies));
        await using var db = ((Server.Storage.SluiceDatabase)server.Services.GetService(typeof(Server.Storage.SluiceDatabase))!).CreateContext();
        (await db.Accounts.CountAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        (await db.Assignments.SingleAsync(TestContext.Current.CancellationToken)).RoleId.ShouldBe("role_owner");
    }

    [Fact]
    public async Task An_old_link_says_how_to_get_another_and_the_command_prints_one()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await StartAsync(time);
        using var browser = server.NewClient(null);
        time.Advance(TimeSpan.FromMinutes(30));
        using var page = await browser.GetAsync(new Uri(server.FirstRun.SetupUrl), TestContext.Current.CancellationToken);
        page.StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("setup-link");

        using var output = new StringWriter();
        await PrintSetupLink.RunAsync(server.Host.Settings, output, time, TestContext.Current.CancellationToken);
        var link = output.ToString().Split(' ')[0];
        link.ShouldStartWith(server.BaseUrl + "/setup?token=");
        using var fresh = await browser.GetAsync(new Uri(link), TestContext.Current.CancellationToken);
        fresh.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var done = await PostAsync(browser, server, "ada@corp.example", link.Split("token=")[1]);
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await Should.ThrowAsync<StartupException>(() => PrintSetupLink.RunAsync(server.Host.Settings, output, time, TestContext.Current.CancellationToken))).Message.ShouldContain("operator already");
    }

    [Fact]
    public async Task The_command_says_when_there_is_nothing_to_set_up()
    {
        using var folder = new TempFolder();
        await using var server = await StartAsync();
        var elsewhere = server.Host.Settings with { DataFolder = folder.File("none") };
        (await Should.ThrowAsync<StartupException>(() => PrintSetupLink.RunAsync(elsewhere, TextWriter.Null, TimeProvider.System, TestContext.Current.CancellationToken))).Message.ShouldContain("start the server first");
        Directory.Exists(folder.File("none")).ShouldBeFalse("the command makes nothing");
    }

    [Fact]
    public async Task A_form_that_is_refused_says_why_keeps_what_was_typed_and_never_the_password()
    {
        await using var server = await StartAsync();
        using var browser = server.NewClient(null);
        using var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = TokenOf(server), ["email"] = "ada@corp.example", ["password"] = "too-short-secret"[..9], ["name"] = "<b>Ada</b>" });
        using var refused = await browser.PostAsync(new Uri("/setup", UriKind.Relative), content, TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var html = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        html.ShouldContain("15 to 256 characters");
        html.ShouldContain("ada@corp.example");
        html.ShouldContain("&lt;b&gt;Ada");
        html.ShouldNotContain("too-short");
        using var done = await PostAsync(browser, server, "ada@corp.example");
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "初始化 Sluice")]
    [InlineData("en;q=0.5,zh;q=0.4", "Set Sluice up")]
    [InlineData("fr,zh;q=0.4", "初始化 Sluice")]
    [InlineData("", "Set Sluice up")]
    public async Task The_page_speaks_the_readers_language(string languages, string title)
    {
        await using var server = await StartAsync();
        using var browser = server.NewClient(null);
        if (languages.Length > 0)
            browser.DefaultRequestHeaders.Add("Accept-Language", languages);
        (await browser.GetStringAsync(new Uri(server.FirstRun.SetupUrl), TestContext.Current.CancellationToken)).ShouldContain($"<title>{title}</title>");
    }

    [Fact]
    public async Task Another_sites_form_and_what_is_no_form_are_refused()
    {
        await using var server = await StartAsync();
        using var browser = server.NewClient(null);
        using var empty = await browser.PostAsync(new Uri("/setup", UriKind.Relative), Nothing, TestContext.Current.CancellationToken);
        empty.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var json = await browser.PostAsync(new Uri("/setup", UriKind.Relative), SluiceServer.Json("{}"), TestContext.Current.CancellationToken);
        json.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        using var foreign = await PostAsync(browser, server, "ada@corp.example");
        foreign.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Accounts_are_configured_by_name_and_a_wrong_value_stops_the_start()
    {
        await using var server = await StartAsync(settings: ("Sluice:Accounts:Registration", "closed"));
        using var client = server.NewClient(null);
        using var content = SluiceServer.Json(JsonSerializer.Serialize(new { email = "a@corp.example", password = AccountsBed.Password, name = "A" }));
        using var reply = await client.PostAsync(new Uri("/api/v1/registrations", UriKind.Relative), content, TestContext.Current.CancellationToken);
        (await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("registration_closed");
        (await Should.ThrowAsync<StartupException>(() => StartAsync(settings: ("Sluice:Accounts:Registration", "sometimes")))).Message.ShouldContain("open, invited, closed");
    }

    private static string TokenOf(SluiceServer server) => server.FirstRun.SetupUrl.Split("token=")[1];

    private static async Task<SluiceServer> StartAsync(TimeProvider? time = null, (string Path, string Value)? settings = null)
    {
        var options = new SluiceServerOptions { Time = time };
        if (settings is { } one)
            options.Settings[one.Path] = one.Value;
        return await SluiceServer.StartAsync(options);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient browser, SluiceServer server, string email, string? token = null)
    {
        using var content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["token"] = token ?? TokenOf(server), ["email"] = email, ["password"] = AccountsBed.Password, ["name"] = "Ada", ["organisationName"] = "Example Ltd", ["timeZone"] = "Asia/Shanghai",
        });
        return await browser.PostAsync(new Uri("/setup", UriKind.Relative), content, TestContext.Current.CancellationToken);
    }
}
