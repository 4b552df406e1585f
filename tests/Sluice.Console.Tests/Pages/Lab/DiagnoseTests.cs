namespace Sluice.Console.Tests.Pages.Lab;

public sealed class DiagnoseTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private static async Task<string> KeyAsync(ConsoleVisitor ada, params (string, string)[] fields) =>
        (await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", [("name", "diagnosed"), .. fields])).Find("dialog .df a[href^='/console/keys/key_']")!.GetAttribute("href")!["/console/keys/".Length..];

    [Fact]
    public async Task Without_script_the_whole_result_comes_with_the_page()
    {
        using var ada = await bed.AdaAsync();
        var id = await KeyAsync(ada);
        var page = await ada.GetAsync("/console/diagnose?keyId=" + id);
        page.Find("[name=keyId] option[selected]")!.GetAttribute("value").ShouldBe(id);
        var done = await ada.SubmitAsync(page, "diagnose", ("model", "deepseek-chat"));
        done.Text.ShouldContain("Nothing stops this call");
        done.Document.QuerySelectorAll("[data-steps] > li").Length.ShouldBe(11);
        done.Document.QuerySelectorAll("[data-steps] > li.bad").ShouldBeEmpty();
        done.Find("#diagnosis-curl")!.TextContent.ShouldContain("$SLUICE_TOKEN");
        done.Find("#diagnosis-report")!.TextContent.ShouldContain(id);
    }

    [Fact]
    public async Task What_stops_the_call_stands_with_its_remedy_and_where_to_do_it()
    {
        using var ada = await bed.AdaAsync();
        var id = await KeyAsync(ada, ("networks", "203.0.113.0/24"));
        var done = await ada.SubmitAsync(await ada.GetAsync("/console/diagnose?keyId=" + id), "diagnose", ("model", "deepseek-chat"), ("address", "198.51.100.7"));
        done.Text.ShouldContain("It stops at “Network”");
        var failed = done.Find("[data-steps] > li.bad")!;
        failed.QuerySelector("a")!.GetAttribute("href").ShouldBe($"/console/keys/{id}?dialog=edit");
        failed.QuerySelector("a")!.TextContent.ShouldContain("198.51.100.7");
        done.Document.QuerySelectorAll("[data-steps] > li").SkipWhile(li => li != failed).Skip(1).ShouldAllBe(static li => li.TextContent.Contains("Not reached"));
    }

    [Fact]
    public async Task A_recorded_call_is_explained_first()
    {
        using var ada = await bed.AdaAsync();
        var (id, _) = await CallBed.CallAsync(bed, ada, "no-such-model");
        var page = await ada.GetAsync("/console/diagnose?requestId=" + id);
        page.Find(".explained .note")!.TextContent.ShouldContain("The model does not exist here");
        page.Find(".explained .note a")!.GetAttribute("href").ShouldBe("/console/models");
        page.Text.ShouldContain("The same call would be stopped now as well");
        page.Find("[name=model]")!.GetAttribute("value").ShouldBe("no-such-model");
        var done = await ada.SubmitAsync(page, "diagnose", ("model", "deepseek-chat"));
        done.Text.ShouldContain("Nothing stops this call");
    }

    [Fact]
    public async Task A_wrong_address_is_said_beside_its_field_and_stays()
    {
        using var ada = await bed.AdaAsync();
        var id = await KeyAsync(ada);
        var done = await ada.SubmitAsync(await ada.GetAsync("/console/diagnose?keyId=" + id), "diagnose", ("address", "<b>here</b>"));
        done.Find("#f-address-foot")!.ClassList.ShouldContain("err");
        done.Find("#f-address")!.GetAttribute("value").ShouldBe("<b>here</b>");
    }
}
