namespace Sluice.Console.Tests.Pages.Governance;

public sealed class RoleTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private static async Task<ConsoleSight> CreateAsync(ConsoleVisitor ada, string name)
    {
        var form = await ada.GetAsync("/console/roles/new");
        form = await ada.SubmitAsync(form, "role", ("name", name), ("act", "add"));
        return await ada.SubmitAsync(form, "role", ("p0.action", "logs.read"), ("p0.days", "7"), ("p1.action", "keys.*"), ("act", "save"));
    }

    [Fact]
    public async Task A_role_is_made_row_by_row_without_script_and_said_in_words()
    {
        using var ada = await bed.AdaAsync();
        var role = await CreateAsync(ada, "Support desk");
        role.Path.ShouldStartWith("/console/roles/rol_", Case.Sensitive, role.Text);
        role.Find(".says")!.TextContent.ShouldContain("last 7 days");
        role.Find("[name=json]")!.TextContent.ShouldContain("\"keys.*\"");
    }

    [Fact]
    public async Task A_row_that_is_removed_takes_its_limits_along()
    {
        using var ada = await bed.AdaAsync();
        var form = await ada.SubmitAsync(await ada.GetAsync("/console/roles/new"), "role", ("name", "kept"), ("p0.action", "api.call"), ("p0.models", "deepseek-*"), ("act", "add"));
        var left = await ada.SubmitAsync(form, "role", ("act", "drop:0"));
        left.Find("#f-name")!.GetAttribute("value").ShouldBe("kept");
        left.Find("[name='p0.models']")!.TextContent.ShouldBeEmpty();
        left.Find("[name='p1.action']").ShouldBeNull();
    }

    [Fact]
    public async Task Json_written_by_hand_becomes_rows_and_what_is_none_is_kept_and_refused()
    {
        using var ada = await bed.AdaAsync();
        var form = await ada.GetAsync("/console/roles/new");
        var taken = await ada.SubmitAsync(form, "role", ("act", "json"), ("json", """[{"action":"audit.read"},{"action":"api.call","models":["deepseek-chat"]}]"""));
        taken.Find("[name='p1.models']")!.TextContent.ShouldBe("deepseek-chat");
        var wrong = await ada.SubmitAsync(form, "role", ("act", "json"), ("json", """{"action":"audit.read"}"""));
        wrong.Find("[name=json]")!.TextContent.ShouldBe("""{"action":"audit.read"}""");
        wrong.Text.ShouldContain("It is not a list of permissions.");
    }

    [Fact]
    public async Task Taking_something_from_a_role_that_somebody_holds_asks_first()
    {
        using var ada = await bed.AdaAsync();
        var role = await CreateAsync(ada, "Held");
        var id = role.Path["/console/roles/".Length..];
        var member = (await ada.GetAsync("/console/members")).Find("a.nm")!.GetAttribute("href")!;
        await ada.SubmitAsync(await ada.GetAsync(member), "member-roles", ("roleId", id), ("act", "give"));

        var asked = await ada.SubmitAsync(await ada.GetAsync(role.Path), "role", ("act", "drop:1"));
        asked = await ada.SubmitAsync(asked, "role", ("act", "save"));
        asked.Find("button[value=confirmed]").ShouldNotBeNull();
        (await ada.GetAsync(role.Path)).Find("[name=json]")!.TextContent.ShouldContain("keys.*");
        (await ada.SubmitAsync(asked, "role", ("act", "confirmed"))).Find("[name=json]")!.TextContent.ShouldNotContain("keys.*");
    }

    [Fact]
    public async Task A_built_in_role_is_shown_and_copied_but_not_edited()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/roles/role_ai_engineer?compare=role_auditor");
        page.Find("form input[value=role]").ShouldBeNull();
        page.Find("#compare, [aria-labelledby=h-compare]")!.TextContent.ShouldContain("Only Auditor");
        (await ada.GetAsync("/console/roles/new?from=role_ai_engineer")).Find("#f-name")!.GetAttribute("value").ShouldBe("Copy of AI Application Engineer");
    }

    [Fact]
    public async Task A_test_of_access_says_what_allows_it_and_what_stops_it()
    {
        using var ada = await bed.AdaAsync();
        var me = (await ada.GetAsync("/console/roles/test")).Find("[name=subject] option")!.GetAttribute("value")!;
        var allowed = await ada.GetAsync($"/console/roles/test?subject={me}&action=keys.write");
        allowed.Text.ShouldContain("Allowed");
        allowed.Text.ShouldContain("Owner");
        var key = (await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", "asked"))).Find("dialog .df a[href^='/console/keys/key_']")!.GetAttribute("href")!["/console/keys/".Length..];
        (await ada.GetAsync($"/console/roles/test?subject={key}&action=keys.write")).Text.ShouldContain("Refused");
    }
}
