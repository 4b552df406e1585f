using System.Text.Json;

namespace Sluice.Console.Tests.Pages.Lab;

public sealed class StageStripTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private static async Task<ConsoleSight> StripAsync(ConsoleVisitor ada, string requestId, string code = "") => await ada.GetAsync($"/console/fragments/strip/{requestId}?code={code}");

    [Fact]
    public async Task An_answered_call_went_through_every_stage_that_the_gateway_has()
    {
        using var ada = await bed.AdaAsync();
        var (id, _) = await CallBed.CallAsync(bed, ada, "deepseek-chat");
        var recorded = CallBed.Json(await ada.GetAsync("/console/files/requests/" + id)).GetProperty("stages").EnumerateArray().Count();

        var strip = await StripAsync(ada, id);
        strip.Document.QuerySelectorAll(".ss > li").Length.ShouldBe(recorded);
        strip.Document.QuerySelectorAll(".ss button.not-reached, .ss button.refused").ShouldBeEmpty();
        strip.Find(".ss > li:last-child button")!.ClassName.ShouldBe("answered");
        strip.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task Every_stage_is_called_by_a_word_in_both_languages()
    {
        using var ada = await bed.AdaAsync();
        var (id, _) = await CallBed.CallAsync(bed, ada, "deepseek-chat");
        var names = CallBed.Json(await ada.GetAsync("/console/files/requests/" + id)).GetProperty("stages").EnumerateArray().Select(static s => s.GetProperty("name").GetString()).ToList();
        using var chinese = await bed.AdaAsync("zh-CN");
        foreach (var strip in new[] { await StripAsync(ada, id), await StripAsync(chinese, id) })
        {
            strip.Document.QuerySelectorAll(".stage > b").Select(static b => b.TextContent).ShouldAllBe(title => !names.Contains(title));
            strip.Document.QuerySelectorAll(".stage > p.mut").ShouldAllBe(static p => p.TextContent.Length > 0);
        }
    }

    [Fact]
    public async Task A_refused_call_shows_where_it_stopped_what_was_not_reached_and_what_helps()
    {
        using var ada = await bed.AdaAsync();
        var (id, _) = await CallBed.CallAsync(bed, ada, "no-such-model");
        var strip = await StripAsync(ada, id, "model_not_found");
        var verdicts = strip.Document.QuerySelectorAll(".ss > li > button").Select(static b => b.ClassName).ToList();
        verdicts.Count(static v => v == "refused").ShouldBe(1);
        verdicts.Skip(verdicts.IndexOf("refused") + 1).ShouldNotBeEmpty();
        verdicts.Skip(verdicts.IndexOf("refused") + 1).ShouldAllBe(static v => v == "not-reached");
        verdicts.Take(verdicts.IndexOf("refused")).ShouldAllBe(static v => v == "passed");
        strip.Find("[data-remedy-of] a")!.GetAttribute("href").ShouldBe("/console/models");
    }

    [Fact]
    public async Task What_is_not_recorded_is_no_strip_yet_and_strangers_get_none()
    {
        using var ada = await bed.AdaAsync();
        (await StripAsync(ada, "req_01M8717N140002AEKNAC3TT3GZ")).Status.ShouldBe(204);
        using var stranger = new ConsoleVisitor(bed.Server.BaseUrl);
        var (id, _) = await CallBed.CallAsync(bed, ada, "deepseek-chat");
        var seen = await StripAsync(stranger, id, "model_not_found");
        seen.Status.ShouldBe(401);
        seen.Html.ShouldBeEmpty();
    }
}
