namespace Sluice.Console.Tests.Pages.Governance;

public sealed class OperatorTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Fact]
    public async Task A_mail_that_waits_for_a_channel_can_be_read()
    {
        using var ada = await bed.AdaAsync();
        await ada.SubmitAsync(await ada.GetAsync("/console/members?dialog=invite"), "invite", ("email", "han.meimei@acme.example"), ("roleId", "role_developer"));
        var outbox = await ada.GetAsync("/console/admin/outbox?recipient=han.meimei@acme.example");
        var message = await ada.GetAsync(outbox.Find("a.nm")!.GetAttribute("href")!);
        message.Find("pre")!.TextContent.ShouldContain("Acme");
        (await ada.SubmitAsync(message, "retry")).Find("[role=alert]").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_tier_is_changed_as_a_whole_and_what_does_not_fit_is_refused_beside_its_field()
    {
        using var ada = await bed.AdaAsync();
        var dialog = await ada.GetAsync("/console/admin/system?tier=business");
        (await ada.SubmitAsync(dialog, "tier", ("callsPerDayMax", "1"))).Find("#f-testCallsPerDay-foot")!.ClassList.ShouldContain("err");
        (await ada.SubmitAsync(dialog, "tier", ("callsPerDayMax", "23456"))).Text.ShouldContain("23,456");
    }

    [Fact]
    public async Task A_mail_domain_taken_off_the_list_can_be_put_back()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/admin/system"), "domains", ("domain", "aaa.example"), ("act", "add"));
        page.Find("button[value='remove:aaa.example']").ShouldNotBeNull();
        var off = await ada.SubmitAsync(page, "domains", ("act", "remove:aaa.example"));
        off.Find("button[value='remove:aaa.example']").ShouldBeNull();
        (await ada.SubmitAsync(off, "domains", ("act", "add:aaa.example"))).Find("button[value='remove:aaa.example']").ShouldNotBeNull();
    }

    [Fact]
    public async Task The_system_page_names_version_and_health()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/admin/system");
        page.Text.ShouldContain("Sluice 0.");
        page.Text.ShouldContain("SQLite");
        page.Text.ShouldContain("Ready");
    }

    [Fact]
    public async Task A_ticket_in_the_queue_is_answered_from_it()
    {
        using var ada = await bed.AdaAsync();
        await ada.SubmitAsync(await ada.GetAsync("/console/support?dialog=create"), "open-ticket", ("subject", "From the queue"), ("text", "Help."));
        var queue = await ada.GetAsync("/console/admin/queues?tab=tickets");
        var open = await ada.GetAsync(queue.Find("a.nm")!.GetAttribute("href")!);
        await ada.SubmitAsync(open, "answer-ticket", ("act", "answer"), ("text", "Done."));
        (await ada.GetAsync("/console/support")).Find(".st")!.TextContent.ShouldBe("Answered");
    }

    [Fact]
    public async Task Nobody_is_offered_to_suspend_themselves()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/admin/people?email=ada");
        page.Text.ShouldContain("ada@acme.example");
        page.Find("a[href*='suspend=']").ShouldBeNull();
    }

    [Theory]
    [InlineData("/console/members")]
    [InlineData("/console/projects")]
    [InlineData("/console/settings")]
    [InlineData("/console/verification")]
    [InlineData("/console/support")]
    [InlineData("/console/quota")]
    [InlineData("/console/quota/apply")]
    [InlineData("/console/roles")]
    [InlineData("/console/roles/new")]
    [InlineData("/console/roles/role_admin")]
    [InlineData("/console/roles/test")]
    [InlineData("/console/access-reviews")]
    [InlineData("/console/audit")]
    [InlineData("/console/admin/queues")]
    [InlineData("/console/admin/people")]
    [InlineData("/console/admin/outbox")]
    [InlineData("/console/admin/system")]
    public async Task A_page_without_script_is_whole_and_says_one_thing_first(string path)
    {
        using var ada = await bed.AdaAsync();
        ada.Cookies.Add(new Uri(bed.Server.BaseUrl), new System.Net.Cookie("sluice_language", "zh-CN", "/console"));
        var page = await ada.GetAsync(path);
        page.Status.ShouldBe(200);
        page.Document.QuerySelectorAll("h1").Length.ShouldBe(1);
        page.Find("h1")!.TextContent.ShouldMatch(@"[\u4e00-\u9fff]");
    }
}
