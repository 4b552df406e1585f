namespace Sluice.Console.Tests.Pages.Governance;

public sealed class AuditTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Fact]
    public async Task The_log_says_in_words_who_did_what_and_opens_an_act_in_full()
    {
        using var ada = await bed.AdaAsync();
        await ada.SubmitAsync(await ada.GetAsync("/console/projects?dialog=create"), "create-project", ("name", "<i>Audited</i>"));
        var page = await ada.GetAsync("/console/audit?action=project.*");
        var row = page.Find("tbody tr")!;
        row.TextContent.ShouldContain("Project created");
        row.TextContent.ShouldContain("Ada");
        var open = await ada.GetAsync(row.QuerySelector("a.nm")!.GetAttribute("href")!);
        open.Find("[data-drawer]")!.TextContent.ShouldContain("<i>Audited</i>");
        open.Find("[data-drawer] code").ShouldNotBeNull();
    }

    [Fact]
    public async Task The_chain_is_verified_with_result_and_time()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/audit"), "verify");
        page.Text.ShouldContain("The chain holds");
        page.Find(".note time").ShouldNotBeNull();
    }

    [Fact]
    public async Task Filters_are_in_the_address_and_in_the_export()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/audit?action=nothing.*&from=2030-01-01T00:00");
        page.Text.ShouldContain("No act matches");
        // The organisation's clock is eight hours ahead.
        page.Find("a[href*='format=csv']")!.GetAttribute("href")!.ShouldContain("from=2029-12-31T16%3A00%3A00Z");
    }
}
