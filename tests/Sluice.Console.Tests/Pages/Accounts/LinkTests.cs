using System.Text.Json;
using Sluice.Testing;

namespace Sluice.Console.Tests.Pages.Accounts;

/// <summary>Where links in mails lead. Programs that look into mails open every link, and must not use one up.</summary>
public sealed class LinkTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private const string Other = "other words that mean nothing";
    private static int _count;

    private static string NewAddress() => $"visitor{Interlocked.Increment(ref _count)}@corp.example";

    private async Task<ConsoleVisitor> RegisterAsync(string email)
    {
        var visitor = new ConsoleVisitor(bed.Server.BaseUrl);
        var page = await visitor.SubmitAsync(await visitor.GetAsync("/console/register"), "register", ("name", "Vera"), ("email", email), ("password", ConsoleBed.Password));
        page.Text.ShouldContain("A mail is on its way");
        return visitor;
    }

    private async Task<ConsoleVisitor> JoinAsync(string email)
    {
        var visitor = await RegisterAsync(email);
        await visitor.SubmitAsync(await visitor.GetAsync(await Mailbox.LinkAsync(bed.Server, email, "verify_email")), "verify");
        await visitor.SignInAsync(email, ConsoleBed.Password);
        return visitor;
    }

    [Fact]
    public async Task Opening_a_link_confirms_nothing_its_button_does_once()
    {
        var email = NewAddress();
        using var visitor = await RegisterAsync(email);
        var link = await Mailbox.LinkAsync(bed.Server, email, "verify_email");
        link.ShouldStartWith("/console/verify?token=ev_");
        for (var i = 0; i < 3; i++)
        {
            using var scanner = new ConsoleVisitor(bed.Server.BaseUrl);
            await scanner.GetAsync(link);
        }

        var page = await visitor.GetAsync(link);
        page.Path.ShouldBe("/console/verify");
        page.NoStore.ShouldBeTrue();
        page = await visitor.SubmitAsync(page, "verify");
        page.Path.ShouldBe("/console/sign-in?said=verified");

        page = await visitor.SubmitAsync(await visitor.GetAsync(link), "verify");
        page.Find("[role=alert]")!.TextContent.ShouldContain("The link is not valid");
        page.Find("input[name=_handler][value=resend]").ShouldNotBeNull();
    }

    [Fact]
    public async Task Whether_an_address_is_known_is_told_to_nobody()
    {
        var email = NewAddress();
        await (await JoinAsync(email)).SubmitAsync(await new ConsoleVisitor(bed.Server.BaseUrl).GetAsync("/console/reset"), "reset", ("email", email));
        using var visitor = new ConsoleVisitor(bed.Server.BaseUrl);
        foreach (var (path, form) in new[] { ("/console/reset", "reset"), ("/console/verify", "resend") })
        {
            var known = await visitor.SubmitAsync(await visitor.GetAsync(path), form, ("email", email));
            var unknown = await visitor.SubmitAsync(await visitor.GetAsync(path), form, ("email", "nobody@corp.example"));
            known.Text.ShouldBe(unknown.Text);
            known.Path.ShouldBe(unknown.Path);
        }

        using var again = await RegisterAsync(email);
    }

    [Fact]
    public async Task A_new_password_is_chosen_by_link_and_the_refused_one_is_not_shown()
    {
        var email = NewAddress();
        using var visitor = await JoinAsync(email);
        using var forgetful = new ConsoleVisitor(bed.Server.BaseUrl);
        await forgetful.SubmitAsync(await forgetful.GetAsync("/console/reset"), "reset", ("email", email));
        var link = await Mailbox.LinkAsync(bed.Server, email, "password_reset");
        var page = await forgetful.SubmitAsync(await forgetful.GetAsync(link), "choose", ("newPassword", "short-canary"));
        page.Find("#f-newPassword-foot")!.TextContent.ShouldContain("15 to 256");
        page.Html.ShouldNotContain("short-canary");
        page = await forgetful.SubmitAsync(page, "choose", ("newPassword", Other));
        page.Path.ShouldBe("/console/sign-in?said=reset");
        await forgetful.SignInAsync(email, Other);
        // All sessions have ended.
        (await visitor.GetAsync("/console/account")).Path.ShouldStartWith("/console/sign-in");
        using var late = new ConsoleVisitor(bed.Server.BaseUrl);
        page = await late.SubmitAsync(await late.GetAsync(link), "choose", ("newPassword", "yet other words for it"));
        page.Text.ShouldContain("Ask for a new link");
    }

    [Fact]
    public async Task Both_sides_of_a_change_of_address_agree()
    {
        var (email, wanted) = (NewAddress(), NewAddress());
        using var visitor = await JoinAsync(email);
        await visitor.SubmitAsync(await visitor.GetAsync("/console/account"), "email", ("email", wanted));
        using var reader = new ConsoleVisitor(bed.Server.BaseUrl);
        // Both are opened before either is agreed to: each button agrees to its own.
        var ofNew = await reader.GetAsync(await Mailbox.LinkAsync(bed.Server, wanted, "email_change_confirmation"));
        var ofOld = await reader.GetAsync(await Mailbox.LinkAsync(bed.Server, email, "email_change_approval"));
        (await reader.SubmitAsync(ofNew, "agree")).Text.ShouldContain("once the other address has agreed");
        (await visitor.GetAsync("/console/account")).Text.ShouldContain(email);
        (await reader.SubmitAsync(ofOld, "agree")).Text.ShouldContain("The address is changed");
        (await visitor.GetAsync("/console/account")).Text.ShouldContain(wanted);
    }

    [Fact]
    public async Task An_invitation_waits_through_signing_up_and_is_for_the_invited_only()
    {
        var email = NewAddress();
        await bed.Server.ManageAsync(HttpMethod.Post, "/api/v1/invitations", JsonSerializer.Serialize(new { email, roleId = "role_developer" }));
        var link = await Mailbox.LinkAsync(bed.Server, email, "invitation");
        link.ShouldStartWith("/console/invite?token=inv_");

        using var stranger = await JoinAsync(NewAddress());
        var page = await stranger.GetAsync(link);
        page.Text.ShouldContain("There is no open invitation for");
        page.Text.ShouldNotContain("Acme");

        using var invited = new ConsoleVisitor(bed.Server.BaseUrl);
        page = await invited.GetAsync(link);
        page.Path.ShouldBe("/console/invite");
        page = await invited.GetAsync(page.Find("a[href='/console/register']")!.GetAttribute("href")!);
        await invited.SubmitAsync(page, "register", ("name", "Ivo"), ("email", email), ("password", ConsoleBed.Password));
        page = await invited.SubmitAsync(await invited.GetAsync(await Mailbox.LinkAsync(bed.Server, email, "verify_email")), "verify");
        page.Path.ShouldContain("return=%2Fconsole%2Finvite");
        page = await invited.SubmitAsync(page, "sign-in", ("email", email), ("password", ConsoleBed.Password));
        page.Path.ShouldBe("/console/invite");
        page.Text.ShouldContain("Acme as Developer");
        page = await invited.SubmitAsync(page, "invitations", ("act", page.Find("button[name=act]")!.GetAttribute("value")!));
        page.Path.ShouldBe("/console");
        page.Document.Body!.TextContent.ShouldContain("You are a member of Acme now.");
        (await invited.GetAsync(link)).Text.ShouldContain("There is no open invitation");
    }

    [Theory]
    [InlineData("/setup", "/console/setup")]
    [InlineData("/verify-email", "/console/verify")]
    [InlineData("/reset-password", "/console/reset/new")]
    [InlineData("/accept-invitation", "/console/invite")]
    [InlineData("/confirm-email-change", "/console/email-change")]
    public async Task Links_in_old_mails_lead_to_the_page_of_today(string old, string today)
    {
        using var client = bed.Server.NewClient(null);
        using var answer = await client.GetAsync(old + "?token=ab_c%22d", TestContext.Current.CancellationToken);
        answer.Headers.Location!.OriginalString.ShouldBe(today + "?token=ab_c%22d");
        answer.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
    }

    [Theory]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("' onfocus='x")]
    public async Task What_stands_in_a_link_is_shown_as_text(string token)
    {
        foreach (var path in (string[])["/console/verify", "/console/reset/new", "/console/email-change", "/console/invite"])
        {
            using var visitor = new ConsoleVisitor(bed.Server.BaseUrl);
            var page = await visitor.GetAsync($"{path}?token={Uri.EscapeDataString(token)}");
            page.Path.ShouldBe(path);
            page.Html.ShouldNotContain(token);
        }
    }

    [Fact]
    public async Task Where_only_the_invited_may_sign_up_the_page_says_so()
    {
        var options = new SluiceServerOptions { Settings = { ["Sluice:Accounts:Registration"] = "invited" } };
        await using var server = await SluiceServer.StartAsync(options);
        using var visitor = new ConsoleVisitor(server.BaseUrl);
        var page = await visitor.GetAsync("/console/register");
        page.Text.ShouldContain("Only invited people");
        page.Find("[name=password]").ShouldBeNull();
        await visitor.GetAsync("/console/invite?token=inv_whatever");
        (await visitor.GetAsync("/console/register")).Find("[name=password]").ShouldNotBeNull();
    }
}
