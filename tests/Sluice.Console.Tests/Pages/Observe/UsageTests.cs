namespace Sluice.Console.Tests.Pages.Observe;

public sealed class UsageTests(CalledBed bed) : IClassFixture<CalledBed>
{
    private static string Figure(ConsoleSight page, string label) =>
        page.Document.QuerySelectorAll(".kpi").Single(k => k.QuerySelector("dt")!.TextContent.Trim() == label).QuerySelector("dd")!.TextContent.Trim();

    [Fact]
    public async Task Figures_and_ranking_are_those_of_the_calls()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/usage?range=24h&by=model");
        Figure(page, "Calls").ShouldBe("9");
        Figure(page, "Error rate").ShouldBe("66.7 %");
        var row = page.Document.QuerySelectorAll("table.cards tbody tr").Single(static r => r.QuerySelector(".nm")!.TextContent == "deepseek-chat");
        row.QuerySelector("td[data-l=Calls]")!.TextContent.ShouldBe("3");
        (await ada.GetAsync(row.QuerySelector("a.nm")!.GetAttribute("href")!)).Document.QuerySelectorAll("#calls tr").Length.ShouldBe(CalledBed.Answered);
    }

    [Theory]
    [InlineData("groups")]
    [InlineData("calls")]
    [InlineData("tokens")]
    public async Task A_chart_is_a_table_where_that_is_wanted(string chart)
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/usage?range=24h");
        page.Find($"#{chart} svg.chart").ShouldNotBeNull();
        var table = await ada.GetAsync(page.Document.QuerySelectorAll($"#{chart} a").Single(static a => a.TextContent == "Table").GetAttribute("href")!);
        table.Find($"#{chart} svg.chart").ShouldBeNull();
        table.Document.QuerySelectorAll($"#{chart} tbody tr").Length.ShouldBeInRange(24, 26);
    }

    [Theory]
    [InlineData("1h")]
    [InlineData("24h")]
    [InlineData("7d")]
    [InlineData("30d")]
    [InlineData("month")]
    [InlineData("own")]
    public async Task Every_range_and_break_down_answers_with_the_same_calls(string range)
    {
        using var ada = await bed.AdaAsync();
        foreach (var by in (string[])["model", "key", "project", "member", "upstream"])
            Figure(await ada.GetAsync($"/console/usage?range={range}&by={by}"), "Calls").ShouldBe("9", $"{range} {by}");
    }

    [Fact]
    public async Task Without_calls_it_leads_to_the_quickstart()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/usage?range=own&from=2024-01-01T00:00&to=2024-01-05T00:00");
        page.Text.ShouldContain("No calls in this period");
        page.Find("main .empty a.pri")!.GetAttribute("href").ShouldBe("/console/quickstart");
        page.Find(".kpi").ShouldBeNull();
    }

    [Fact]
    public async Task The_table_to_take_away_comes_through_the_console()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/usage?range=24h&by=model");
        (await ada.GetAsync(page.Find("a[download]")!.GetAttribute("href")!)).Html.ShouldContain("deepseek-chat");
    }

    [Fact]
    public async Task A_key_that_fails_all_of_a_sudden_stands_in_monitoring_with_its_remedy()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/monitoring");
        var item = page.Find("live-region [data-region] .list li")!;
        item.TextContent.ShouldContain(CalledBed.KeyName);
        item.TextContent.ShouldContain("66.7 %");
        item.QuerySelectorAll("a").Select(static a => a.GetAttribute("href")).ShouldContain("/console/models");
        page.Text.ShouldContain("sandbox");
    }
}
