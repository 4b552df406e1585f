namespace Sluice.Console.Tests.Pages.Lab;

public sealed class ModelTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Fact]
    public async Task Models_say_who_answers_and_lead_to_the_playground()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/models?q=deepseek-chat");
        page.Document.QuerySelectorAll("tbody tr").Length.ShouldBe(1);
        page.Find("tbody .tag")!.TextContent.ShouldBe("Sandbox");
        page.Find("tbody td.act a")!.GetAttribute("href").ShouldBe("/console/playground?model=deepseek-chat");
        (await ada.GetAsync("/console/models?q=nothing+such")).Text.ShouldContain("No model matches");
        (await ada.GetAsync("/console/models/deepseek-chat")).Text.ShouldContain("The sandbox answers");
        (await ada.GetAsync("/console/models/none/of/these")).Text.ShouldContain("There is no such model");
    }

    [Fact]
    public async Task Quickstart_waits_for_the_chosen_key_and_shows_the_call_that_came()
    {
        using var ada = await bed.AdaAsync();
        var made = await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", "waits"));
        var waits = made.Find("dialog .df a[href^='/console/keys/key_']")!.GetAttribute("href")!["/console/keys/".Length..];
        var page = await ada.GetAsync("/console/quickstart?key=" + waits);
        page.Find("first-call")!.GetAttribute("data-key").ShouldBe(waits);
        page.Text.ShouldContain("Waiting for the first call");
        page.Html.ShouldNotContain(made.Find("#secret")!.TextContent);

        var (_, keyId) = await CallBed.CallAsync(bed, ada, "deepseek-chat");
        var came = await ada.GetAsync("/console/quickstart?key=" + keyId);
        came.Text.ShouldContain("It works: the last call was answered.");
        came.Find("first-call").ShouldBeNull();
    }
}
