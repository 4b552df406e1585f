namespace Sluice.Console.Tests.Pages.Observe;

public sealed class OverviewTests(CalledBed bed, ConsoleBed fresh) : IClassFixture<CalledBed>, IClassFixture<ConsoleBed>
{
    [Fact]
    public async Task A_failure_leads_to_its_call_and_what_helps()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console");
        var link = page.Document.QuerySelectorAll("main .list a").First(a => a.GetAttribute("href")!.Contains(bed.RefusedId, StringComparison.Ordinal));
        (await ada.GetAsync(link.GetAttribute("href")!)).Find("[data-drawer]")!.TextContent.ShouldContain("Model not found");
    }

    [Fact]
    public async Task What_is_left_of_the_day_is_said_there_and_in_the_side_bar()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console");
        page.Find("#side .quota meter")!.GetAttribute("max").ShouldBe("10");
        page.Document.QuerySelectorAll("main .um meter").Select(static m => m.GetAttribute("max")).ShouldContain("10");
    }

    [Fact]
    public async Task The_checklist_says_what_is_done_and_leads_to_what_is_not()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console");
        page.Document.QuerySelectorAll(".todo .done").Select(static l => l.TextContent.Trim()).ShouldContain("Make the first call");
        page.Document.QuerySelectorAll(".todo a").Select(static a => a.GetAttribute("href")).ShouldContain("/console/keys?dialog=create");
        page.Find("#first-call").ShouldBeNull();
    }

    [Fact]
    public async Task Before_the_first_call_it_shows_how_to_make_one()
    {
        using var ada = await fresh.AdaAsync();
        var page = await ada.GetAsync("/console");
        page.Find("#first-call")!.TextContent.ShouldContain("$SLUICE_API_KEY");
        page.Text.ShouldContain("No failures in 7 days");
        page.Find("#side .quota").ShouldBeNull();
    }

    [Fact]
    public async Task The_list_of_keys_shows_their_last_day_sorts_and_finds_what_is_unused()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/keys?sort=name&order=desc");
        page.Document.QuerySelectorAll("svg.spark").Single().GetAttribute("aria-label").ShouldBe("9 calls in 24 h");
        var names = page.Document.QuerySelectorAll("td a.nm").Select(static a => a.TextContent).ToList();
        names.ShouldBe(names.OrderByDescending(static n => n, StringComparer.OrdinalIgnoreCase));
        page.Find("th[aria-sort=descending]").ShouldNotBeNull();
        (await ada.GetAsync("/console/keys?unused=7")).Text.ShouldContain("No key matches");
    }

    [Fact]
    public async Task A_key_says_what_is_left_of_its_limits_and_where_they_come_from()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/keys/" + bed.KeyId);
        page.Text.ShouldContain("set on the key");
        page.Text.ShouldContain($"{10 - CalledBed.Answered} left");
        page.Find("#week svg.chart").ShouldNotBeNull();
    }
}
