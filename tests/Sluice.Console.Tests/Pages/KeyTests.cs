using System.Net;

namespace Sluice.Console.Tests.Pages;

public sealed class KeyTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private static async Task<ConsoleSight> CreateAsync(ConsoleVisitor ada, string name) =>
        await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", name));

    private static string IdOf(ConsoleSight reveal) => reveal.Find("dialog .df a[href^='/console/keys/key_']")!.GetAttribute("href")!["/console/keys/".Length..];

    [Fact]
    public async Task The_secret_is_in_the_answer_to_its_creation_and_in_no_other()
    {
        using var ada = await bed.AdaAsync();
        var made = await CreateAsync(ada, "once");
        var secret = made.Find("#secret")!.TextContent;
        secret.ShouldStartWith("sk-slc_test_");
        made.NoStore.ShouldBeTrue();

        foreach (var path in (string[])["/console/keys", "/console/keys?dialog=create", "/console/keys/" + IdOf(made), $"/console/keys?new={IdOf(made)}"])
            (await ada.GetAsync(path)).Html.ShouldNotContain(secret);
        bed.Server.Output.ShouldNotContain(secret);
        using var client = bed.Server.NewClient(secret);
        (await client.GetAsync("/v1/models", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_form_sent_twice_makes_one_key_and_shows_no_secret_again()
    {
        using var ada = await bed.AdaAsync();
        var form = await ada.GetAsync("/console/keys?dialog=create");
        var first = await ada.SubmitAsync(form, "create", ("name", "twice"));
        var again = await ada.SubmitAsync(form, "create", ("name", "twice"));
        again.Text.ShouldContain("This key was created already");
        again.Html.ShouldNotContain(first.Find("#secret")!.TextContent);
        IdOf(again).ShouldBe(IdOf(first));
    }

    [Fact]
    public async Task What_is_wrong_stands_beside_its_field_and_what_was_typed_stays()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", "kept"), ("networks", "10.0.0.0/99"), ("callsPerDay", "many"));
        page.Find("#f-networks")!.TextContent.ShouldBe("10.0.0.0/99");
        page.Find("#f-networks")!.GetAttribute("aria-describedby").ShouldBe("f-networks-foot");
        page.Find("#f-networks-foot")!.ClassList.ShouldContain("err");
        page.Find("#f-callsPerDay-foot")!.ClassList.ShouldContain("err");
        page.Find("#f-name")!.GetAttribute("value").ShouldBe("kept");
        page.Find("details")!.HasAttribute("open").ShouldBeTrue();
    }

    [Fact]
    public async Task Restricted_to_nothing_is_not_taken_for_everything()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", "nothing"), ("scope", "restricted"));
        page.Text.ShouldContain("Choose at least one route or model");
        (await ada.GetAsync("/console/keys?q=nothing")).Text.ShouldContain("No key matches");
    }

    [Fact]
    public async Task A_key_is_revoked_by_its_name_only()
    {
        using var ada = await bed.AdaAsync();
        var id = IdOf(await CreateAsync(ada, "to be revoked"));
        var dialog = await ada.GetAsync($"/console/keys/{id}?dialog=revoke");
        var wrong = await ada.SubmitAsync(dialog, "revoke", ("confirm", "something else"));
        wrong.Text.ShouldContain("That is not its name.");
        (await ada.GetAsync("/console/keys/" + id)).Find(".st")!.TextContent.ShouldBe("Active");
        (await ada.SubmitAsync(dialog, "revoke", ("confirm", "to be revoked"))).Path.ShouldBe("/console/keys/" + id);
        var page = await ada.GetAsync("/console/keys/" + id);
        page.Find(".st")!.TextContent.ShouldBe("Revoked");
        page.Find("a[href*='dialog=rotate']").ShouldBeNull();
    }

    [Fact]
    public async Task Rotating_shows_the_new_secret_and_says_until_when_the_old_one_works()
    {
        using var ada = await bed.AdaAsync();
        var made = await CreateAsync(ada, "rotated");
        var rotated = await ada.SubmitAsync(await ada.GetAsync($"/console/keys/{IdOf(made)}?dialog=rotate"), "rotate", ("overlap", "3600"));
        rotated.Find("#secret")!.TextContent.ShouldNotBe(made.Find("#secret")!.TextContent);
        var page = await ada.GetAsync("/console/keys/" + IdOf(made));
        page.Find(".st")!.TextContent.ShouldBe("Rotating");
        page.Text.ShouldContain("Two secrets work");
    }

    [Fact]
    public async Task What_can_be_undone_is_done_at_once_with_a_way_back()
    {
        using var ada = await bed.AdaAsync();
        var id = IdOf(await CreateAsync(ada, "off and on"));
        var off = await ada.SubmitAsync(await ada.GetAsync("/console/keys?q=off and on"), "rows", ("chosen", id), ("act", "disable-chosen"));
        off.Text.ShouldContain("1 key is disabled.");
        var on = await ada.SubmitAsync(off, "rows", ("act", off.Find(".note button[name=act]")!.GetAttribute("value")!));
        on.Text.ShouldContain("1 key is enabled.");
        (await ada.GetAsync("/console/keys/" + id)).Find(".st")!.TextContent.ShouldBe("Active");
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("{{7*7}}${7*7}</textarea><svg onload=alert(1)>")]
    public async Task Hostile_names_are_shown_as_they_are(string name)
    {
        using var ada = await bed.AdaAsync();
        var id = IdOf(await CreateAsync(ada, name));
        foreach (var path in (string[])["/console/keys", "/console/keys/" + id, $"/console/keys/{id}?dialog=revoke", $"/console/keys/{id}?dialog=edit"])
        {
            var page = await ada.GetAsync(path);
            page.Html.ShouldNotContain(name);
            page.Document.QuerySelectorAll("main script, dialog script, img, [onload], [onerror]").ShouldBeEmpty();
            page.Document.Body!.TextContent.ShouldContain(name);
        }
    }

    [Fact]
    public async Task A_key_of_somebody_else_is_as_good_as_none()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/keys/key_01m86yxxz5fpvbj2sj03qtf2kj");
        page.Text.ShouldContain("There is no such key");
    }
}
