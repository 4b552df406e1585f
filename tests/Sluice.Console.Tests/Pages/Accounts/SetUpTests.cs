using Sluice.Testing;

namespace Sluice.Console.Tests.Pages.Accounts;

/// <summary>The first person of an installation, without script.</summary>
public sealed class SetUpTests
{
    private static readonly (string, string)[] Ada = [("name", "Ada"), ("email", ConsoleBed.Email), ("password", ConsoleBed.Password), ("organisationName", "Example Ltd"), ("timeZone", "Asia/Shanghai")];

    private static string Link(SluiceServer server) => new Uri(server.FirstRun.SetupUrl).PathAndQuery;

    [Fact]
    public async Task The_first_visitor_with_the_link_becomes_the_operator_and_it_works_once()
    {
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions());
        using var visitor = new ConsoleVisitor(server.BaseUrl);
        var page = await visitor.GetAsync(Link(server));
        page.NoStore.ShouldBeTrue();
        page = await visitor.SubmitAsync(page, "setup", Ada);
        page.Path.ShouldBe("/console/first-run/upstream");
        page.Find(".steps li[aria-current]")!.TextContent.ShouldContain("Upstream");

        var organisation = await server.ManageAsync(HttpMethod.Get, "/api/v1/organisation");
        organisation.GetProperty("name").GetString().ShouldBe("Example Ltd");
        organisation.GetProperty("timeZone").GetString().ShouldBe("Asia/Shanghai");

        using var late = new ConsoleVisitor(server.BaseUrl);
        page = await late.GetAsync(Link(server));
        page.Status.ShouldBe(410);
        page.Text.ShouldContain("was used");
        page.Forms.ShouldAllBe(f => f.QuerySelector("[name=password]") == null);
    }

    [Fact]
    public async Task The_links_secret_leaves_the_address_at_once_and_is_in_no_log()
    {
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions());
        var token = Link(server).Split("token=")[1];
        var before = server.Output.Split(token).Length;
        using var client = server.NewClient(null);
        using var first = await client.GetAsync(Link(server), TestContext.Current.CancellationToken);
        first.Headers.Location!.OriginalString.ShouldBe("/console/setup");
        first.Headers.GetValues("Referrer-Policy").ShouldContain("no-referrer");
        var cookie = first.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("sluice_link_setup="));
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("path=/console");

        using var visitor = new ConsoleVisitor(server.BaseUrl);
        var page = await visitor.GetAsync(Link(server));
        page.Path.ShouldBe("/console/setup");
        (await visitor.SubmitAsync(page, "setup", Ada)).Html.ShouldNotContain(token);
        server.Output.Split(token).Length.ShouldBe(before);
    }

    [Fact]
    public async Task A_form_that_is_refused_says_why_keeps_what_was_typed_and_never_the_password()
    {
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions());
        using var visitor = new ConsoleVisitor(server.BaseUrl);
        var page = await visitor.SubmitAsync(await visitor.GetAsync(Link(server)), "setup", ("email", ConsoleBed.Email), ("password", "too-short"), ("name", "<b>Ada</b>"));
        page.Find("#f-password-foot")!.TextContent.ShouldContain("15 to 256 characters");
        page.Find("[name=email]")!.GetAttribute("value").ShouldBe(ConsoleBed.Email);
        page.Find("[name=name]")!.GetAttribute("value").ShouldBe("<b>Ada</b>");
        page.Html.ShouldNotContain("<b>Ada");
        page.Html.ShouldNotContain("too-short");
        (await visitor.SubmitAsync(page, "setup", ("password", ConsoleBed.Password))).Path.ShouldBe("/console/first-run/upstream");
    }

    [Fact]
    public async Task An_old_link_says_how_to_get_another()
    {
        var time = new MovableTime();
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions { Time = time });
        time.Advance(TimeSpan.FromMinutes(31));
        using var visitor = new ConsoleVisitor(server.BaseUrl);
        var page = await visitor.GetAsync(Link(server));
        page.Status.ShouldBe(410);
        page.Text.ShouldContain("Sluice.Server setup-link");
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("\"><script>alert(1)</script>")]
    public async Task What_is_no_link_shows_no_form(string token)
    {
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions());
        using var visitor = new ConsoleVisitor(server.BaseUrl, "zh-CN,zh;q=0.9");
        var page = await visitor.GetAsync("/console/setup?token=" + Uri.EscapeDataString(token));
        page.Status.ShouldBe(404);
        page.Text.ShouldContain("此初始化链接无效");
        page.Html.ShouldNotContain("<script>alert");
        page.Find("[name=password]").ShouldBeNull();
    }

    [Fact]
    public async Task Each_step_of_the_first_run_can_be_taken_without_script()
    {
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions());
        using var visitor = new ConsoleVisitor(server.BaseUrl);
        await visitor.SubmitAsync(await visitor.GetAsync(Link(server)), "setup", Ada);
        var page = await visitor.SubmitAsync(await visitor.GetAsync("/console/first-run/key"), "key");
        var secret = page.Find("#secret")!.TextContent;
        page.NoStore.ShouldBeTrue();
        page.Find("#env")!.TextContent.ShouldBe("SLUICE_API_KEY=" + secret);
        var wait = page.Find("main a.btn.pri")!.GetAttribute("href")!;
        page = await visitor.GetAsync(wait);
        page.Html.ShouldNotContain(secret);
        page.Text.ShouldContain("No call yet");
        (await server.ChatAsync(key: secret)).EnsureSuccessStatusCode();
        await server.RequestsAsync(1);
        page = await visitor.GetAsync(wait);
        page.Text.ShouldContain("The first call was answered");
        page.Find("main a[href^='/console/logs?open=req_']").ShouldNotBeNull();
    }
}
