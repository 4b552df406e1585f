namespace Sluice.Console.Tests.Pages.Lab;

public sealed class UpstreamTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private const string Credential = "sk-provider-0123456789";

    private static async Task<string> AddAsync(ConsoleVisitor ada, string name)
    {
        var made = await ada.SubmitAsync(await ada.GetAsync("/console/admin/upstreams?dialog=create&preset=openai"), "create", ("name", name), ("apiKey", Credential), ("models", $"only-{name}"), ("act", "create"));
        made.Path.ShouldStartWith("/console/admin/upstreams/ups_", Case.Sensitive, made.Text);
        return made.Path.Split('?')[0];
    }

    [Fact]
    public async Task A_credential_is_taken_and_never_shown()
    {
        using var ada = await bed.AdaAsync();
        var path = await AddAsync(ada, "taken");
        foreach (var page in (string[])[path, path + "?dialog=edit", path + "?dialog=credential", "/console/admin/upstreams"])
            (await ada.GetAsync(page)).Html.ShouldNotContain(Credential);
        (await ada.GetAsync(path)).Text.ShouldContain("Kept, encrypted");
        var refused = await ada.SubmitAsync(await ada.GetAsync("/console/admin/upstreams?dialog=create&preset=openai"), "create", ("name", "not a name"), ("apiKey", Credential), ("act", "create"));
        refused.Find("#f-name-foot")!.ClassList.ShouldContain("err");
        refused.Html.ShouldNotContain(Credential);
    }

    [Fact]
    public async Task Moving_to_another_host_asks_for_the_credential_beside_its_field()
    {
        using var ada = await bed.AdaAsync();
        var path = await AddAsync(ada, "moved");
        var dialog = await ada.SubmitAsync(await ada.GetAsync(path + "?dialog=edit"), "edit", ("baseUrl", "https://elsewhere.example/v1"));
        dialog.Find("#f-apiKey-foot")!.ClassList.ShouldContain("err");
        dialog.Find("#f-baseUrl")!.GetAttribute("value").ShouldBe("https://elsewhere.example/v1");
    }

    [Fact]
    public async Task What_another_changed_meanwhile_is_shown_and_not_overwritten()
    {
        using var ada = await bed.AdaAsync();
        var path = await AddAsync(ada, "raced");
        var mine = await ada.GetAsync(path + "?dialog=edit");
        await ada.SubmitAsync(await ada.GetAsync(path + "?dialog=edit"), "edit", ("weight", "7"));
        var late = await ada.SubmitAsync(mine, "edit", ("weight", "3"));
        late.Text.ShouldContain("weight 7");
        late.Find("[name=weight]")!.GetAttribute("value").ShouldBe("3");
        (await ada.GetAsync(path)).Document.QuerySelectorAll("dl.kv dd").Select(static d => d.TextContent).ShouldContain("7");
    }

    [Fact]
    public async Task Disabling_says_which_models_nobody_else_has()
    {
        using var ada = await bed.AdaAsync();
        var path = await AddAsync(ada, "sole");
        var dialog = await ada.GetAsync(path + "?dialog=disable");
        dialog.Text.ShouldContain("only-sole");
        await ada.SubmitAsync(dialog, "switch");
        (await ada.GetAsync(path)).Find(".st")!.TextContent.ShouldBe("Disabled");
    }

    [Fact]
    public async Task An_upstream_is_deleted_by_its_name_only()
    {
        using var ada = await bed.AdaAsync();
        var path = await AddAsync(ada, "gone");
        var dialog = await ada.GetAsync(path + "?dialog=delete");
        (await ada.SubmitAsync(dialog, "delete", ("confirm", "other"))).Text.ShouldContain("That is not its name.");
        (await ada.SubmitAsync(dialog, "delete", ("confirm", "gone"))).Path.ShouldBe("/console/admin/upstreams");
        (await ada.GetAsync(path)).Text.ShouldContain("There is no such upstream");
    }

    [Fact]
    public async Task A_test_without_script_shows_its_steps_and_gives_no_credential_back()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/admin/upstreams?dialog=create&preset=vllm"), "create", ("baseUrl", "http://127.0.0.1:9/v1"), ("apiKey", Credential), ("act", "test"));
        page.Text.ShouldContain("It does not work yet");
        page.Document.QuerySelectorAll(".lk-steps > li.bad").Length.ShouldBe(1);
        page.Html.ShouldNotContain(Credential);
        page.Find("#f-baseUrl")!.GetAttribute("value").ShouldBe("http://127.0.0.1:9/v1");
    }

    [Fact]
    public async Task Prices_say_where_they_are_set()
    {
        using var ada = await bed.AdaAsync();
        await AddAsync(ada, "priced");
        var page = await ada.GetAsync("/console/admin/models?q=only-priced");
        page.Text.ShouldContain("No price set: its calls have no cost");
        page.Text.ShouldContain("Sluice__Prices__0__Model");
    }
}
