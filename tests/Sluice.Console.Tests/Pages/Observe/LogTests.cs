using System.Net;

namespace Sluice.Console.Tests.Pages.Observe;

public sealed class LogTests(CalledBed bed) : IClassFixture<CalledBed>
{
    private static int Rows(ConsoleSight page) => page.Document.QuerySelectorAll("#calls tr").Length;

    [Fact]
    public async Task A_request_id_finds_its_call_whatever_the_filters_are()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync($"/console/logs?q={bed.RefusedId}&range=1h&statusClass=2xx&model=nothing&endpoint=GET+/v1/models");
        page.Find("#calls tr")!.GetAttribute("data-id").ShouldBe(bed.RefusedId);
        page.Text.ShouldContain("they are set aside");
    }

    [Theory]
    [InlineData("", CalledBed.Answered + CalledBed.Failed)]
    [InlineData("?statusClass=4xx,5xx", CalledBed.Failed)]
    [InlineData("?statusClass=2xx", CalledBed.Answered)]
    [InlineData("?statusClass=2xx&statusClass=4xx", CalledBed.Answered + CalledBed.Failed)]
    [InlineData("?errorCode=model_not_found&range=7d", CalledBed.Failed)]
    [InlineData("?model=deepseek-chat&order=oldest", CalledBed.Answered)]
    [InlineData("?q=model_not_found", CalledBed.Failed)]
    public async Task The_address_is_the_filter(string query, int rows)
    {
        using var ada = await bed.AdaAsync();
        Rows(await ada.GetAsync("/console/logs" + query)).ShouldBe(rows);
    }

    [Fact]
    public async Task A_filter_is_taken_off_by_its_chip_and_kept_by_a_search()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/logs?statusClass=4xx&model=deepseek-chat");
        page.Text.ShouldContain("No call matches");
        page.Find("form[role=search] input[name=statusClass]")!.GetAttribute("value").ShouldBe("4xx");
        var off = page.Document.QuerySelectorAll(".chip a").Select(static a => a.GetAttribute("href")!).Single(static h => !h.Contains("statusClass", StringComparison.Ordinal));
        Rows(await ada.GetAsync(off)).ShouldBe(CalledBed.Answered);
    }

    [Fact]
    public async Task The_drawer_says_first_why_and_what_helps_then_how_it_went()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync($"/console/logs?statusClass=4xx&open={bed.RefusedId}");
        var drawer = page.Find("[data-drawer]")!;
        drawer.QuerySelector(".note")!.TextContent.ShouldContain("Model not found");
        drawer.QuerySelector(".note a")!.GetAttribute("href").ShouldBe("/console/models");
        drawer.QuerySelectorAll(".ss li").Length.ShouldBeGreaterThan(5);
        drawer.QuerySelectorAll(".tl li").Length.ShouldBeGreaterThan(3);
        drawer.QuerySelector($"a[href='/console/diagnose?requestId={bed.RefusedId}']").ShouldNotBeNull();
        drawer.QuerySelector("a[data-key=ArrowUp]").ShouldBeNull();
        (await ada.GetAsync(drawer.QuerySelector("a[data-key=ArrowDown]")!.GetAttribute("href")!)).Find("[data-drawer] a[data-key=ArrowUp]")!.GetAttribute("href")!.ShouldContain(bed.RefusedId);
        (await ada.GetAsync($"/console/logs?open={bed.AnsweredId}")).Find("[data-drawer] .note").ShouldBeNull();
    }

    [Fact]
    public async Task A_call_that_is_not_there_leaves_the_log_as_it_is()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/logs?open=req_01M86YXXZ5FPVBJ2SJ03QTF2KJ");
        page.Find("[data-drawer]")!.TextContent.ShouldContain("There is no such call");
        Rows(page).ShouldBe(CalledBed.Answered + CalledBed.Failed);
    }

    [Fact]
    public async Task Names_of_keys_and_models_are_shown_as_they_are()
    {
        using var ada = await bed.AdaAsync();
        foreach (var path in (string[])["/console", "/console/logs", $"/console/logs?open={bed.RefusedId}", "/console/logs?live=1", "/console/usage?by=key", "/console/usage?by=model", "/console/monitoring"])
        {
            var page = await ada.GetAsync(path);
            page.Status.ShouldBe(200);
            page.Html.ShouldNotContain(CalledBed.KeyName);
            page.Document.QuerySelectorAll("main script, main img, [onerror]").ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Bars_lead_to_the_calls_of_their_time()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/logs?range=1h");
        var bars = page.Document.QuerySelectorAll(".hs a").Where(static a => a.QuerySelectorAll("rect").Any(static r => r.ClassName != "hit" && r.GetAttribute("height") != "0")).ToList();
        var found = 0;
        foreach (var bar in bars) found += Rows(await ada.GetAsync(bar.GetAttribute("href")!));
        found.ShouldBe(CalledBed.Answered + CalledBed.Failed);
    }

    [Fact]
    public async Task The_table_and_the_live_stream_have_the_filters_of_the_page()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/logs?live=1&statusClass=4xx");
        page.Find("live-log")!.GetAttribute("data-src").ShouldBe("/console/files/requests/live?statusClass=4xx");
        var table = await ada.GetAsync(page.Find("a[download]")!.GetAttribute("href")!);
        table.Html.ShouldContain(bed.RefusedId);
        table.Html.ShouldNotContain(bed.AnsweredId);
    }

    [Theory]
    [InlineData("?range=own&from=2030-01-01T00:00&to=2020-01-01T00:00")]
    [InlineData("?range=century")]
    public async Task A_span_that_is_none_is_put_right_and_said(string query)
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/logs" + query);
        page.Status.ShouldBe(200);
        page.Text.ShouldContain("this is the nearest");
    }

    [Fact]
    public async Task Without_a_session_nothing_of_it_is_shown()
    {
        using var nobody = new ConsoleVisitor(bed.Server.BaseUrl);
        (await nobody.GetAsync("/console/logs")).Path.ShouldStartWith("/console/sign-in");
        ((HttpStatusCode)(await nobody.GetAsync("/console/files/requests/export")).Status).ShouldBe(HttpStatusCode.Unauthorized);
    }
}
