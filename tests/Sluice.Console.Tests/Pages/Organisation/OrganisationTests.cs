namespace Sluice.Console.Tests.Pages.Organisation;

public sealed class OrganisationTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Fact]
    public async Task An_invitation_is_listed_sent_again_and_revoked()
    {
        using var ada = await bed.AdaAsync();
        var listed = await ada.SubmitAsync(await ada.GetAsync("/console/members?dialog=invite"), "invite", ("email", "li.lei@acme.example"), ("roleId", "role_ai_engineer"));
        listed.Path.ShouldBe("/console/members?view=invitations");
        listed.Text.ShouldContain("li.lei@acme.example");

        var resend = listed.Find("button[value^='resend:']")!.GetAttribute("value")!;
        var again = await ada.SubmitAsync(listed, "invitations", ("act", resend));
        again.Find("[data-toast]")!.TextContent.ShouldContain("sent again");

        var revoked = await ada.SubmitAsync(again, "invitations", ("act", resend.Replace("resend", "revoke", StringComparison.Ordinal)));
        revoked.Find(".st")!.TextContent.ShouldBe("Revoked");
    }

    [Fact]
    public async Task An_address_that_is_none_is_refused_beside_its_field_and_kept()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/members?dialog=invite"), "invite", ("email", "nobody"));
        page.Find("#f-email")!.GetAttribute("value").ShouldBe("nobody");
        page.Find("#f-email-foot")!.ClassList.ShouldContain("err");
    }

    [Fact]
    public async Task The_last_owner_keeps_the_role_and_cannot_leave()
    {
        using var ada = await bed.AdaAsync();
        var member = (await ada.GetAsync("/console/members")).Find("a.nm")!.GetAttribute("href")!;
        var dialog = await ada.GetAsync(member);
        var refused = await ada.SubmitAsync(dialog, "member-roles", ("act", dialog.Find("button[value^='take:']")!.GetAttribute("value")!));
        refused.Find("dialog [role=alert]").ShouldNotBeNull();
        (await ada.SubmitAsync(await ada.GetAsync("/console/members?dialog=leave"), "leave")).Find("dialog [role=alert]").ShouldNotBeNull();
        (await ada.GetAsync("/console/members")).Text.ShouldContain("Owner");
    }

    [Fact]
    public async Task What_a_leaving_member_stops_is_listed_before()
    {
        using var ada = await bed.AdaAsync();
        await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", "stops with Ada"));
        (await ada.GetAsync("/console/members?dialog=leave")).Find("dialog")!.TextContent.ShouldContain("stops with Ada");
    }

    [Fact]
    public async Task A_project_is_made_renamed_and_deleted_by_its_name_only()
    {
        using var ada = await bed.AdaAsync();
        var made = await ada.SubmitAsync(await ada.GetAsync("/console/projects?dialog=create"), "create-project", ("name", "Search"));
        made.Find("h1")!.TextContent.ShouldBe("Search");
        var renamed = await ada.SubmitAsync(await ada.GetAsync(made.Path + "?dialog=rename"), "rename-project", ("name", "Find"));
        renamed.Find("h1")!.TextContent.ShouldBe("Find");

        var dialog = await ada.GetAsync(made.Path + "?dialog=delete");
        (await ada.SubmitAsync(dialog, "delete-project", ("typed", "Search"))).Find("#f-typed-foot")!.ClassList.ShouldContain("err");
        var gone = await ada.SubmitAsync(dialog, "delete-project", ("typed", "Find"));
        gone.Path.ShouldBe("/console/projects");
        (await ada.GetAsync(made.Path)).Find("[role=alert]").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_project_renamed_meanwhile_shows_both_names()
    {
        using var ada = await bed.AdaAsync();
        var made = await ada.SubmitAsync(await ada.GetAsync("/console/projects?dialog=create"), "create-project", ("name", "First"));
        var stale = await ada.GetAsync(made.Path + "?dialog=rename");
        await ada.SubmitAsync(await ada.GetAsync(made.Path + "?dialog=rename"), "rename-project", ("name", "Second"));
        var told = await ada.SubmitAsync(stale, "rename-project", ("name", "Third"));
        told.Find("dialog")!.TextContent.ShouldContain("Second");
        told.Find("#f-name")!.GetAttribute("value").ShouldBe("Third");
        (await ada.SubmitAsync(told, "rename-project")).Find("h1")!.TextContent.ShouldBe("Third");
    }

    [Fact]
    public async Task Going_live_before_the_checklist_is_done_says_what_is_open()
    {
        using var ada = await bed.AdaAsync();
        var project = (await ada.GetAsync("/console/projects")).Find("a.nm")!.GetAttribute("href")!;
        var page = await ada.GetAsync(project);
        page.Text.ShouldContain("Enough test traffic");
        var refused = await ada.SubmitAsync(await ada.GetAsync(project + "?dialog=live"), "go-live", ("keyName", "Website"));
        refused.Find("#secret").ShouldBeNull();
        refused.Find("dialog")!.TextContent.ShouldContain("test_traffic");
    }

    [Fact]
    public async Task Settings_are_saved_card_by_card()
    {
        using var ada = await bed.AdaAsync();
        await ada.SubmitAsync(await ada.GetAsync("/console/settings"), "review-interval", ("reviewEveryDays", "30"), ("reviewDisableAfterDays", ""));
        var saved = await ada.SubmitAsync(await ada.GetAsync("/console/settings"), "organisation", ("timeZone", "Europe/Berlin"));
        saved.Find("#f-timeZone")!.GetAttribute("value").ShouldBe("Europe/Berlin");
        saved.Find("#f-reviewEveryDays")!.GetAttribute("value").ShouldBe("30");

        var wrong = await ada.SubmitAsync(await ada.GetAsync("/console/settings"), "organisation", ("timeZone", "Nowhere/Land"));
        wrong.Find("#f-timeZone")!.GetAttribute("value").ShouldBe("Nowhere/Land");
        wrong.Find("#f-timeZone-foot")!.ClassList.ShouldContain("err");
    }

    [Fact]
    public async Task A_tokens_secret_is_in_the_answer_to_its_creation_and_in_no_other()
    {
        using var ada = await bed.AdaAsync();
        var form = await ada.GetAsync("/console/settings?dialog=token");
        var made = await ada.SubmitAsync(form, "create-token", ("name", "Terraform"));
        var secret = made.Find("#secret")!.TextContent;
        made.NoStore.ShouldBeTrue();
        (await ada.SubmitAsync(form, "create-token", ("name", "Terraform"))).Html.ShouldNotContain(secret);
        var listed = await ada.GetAsync("/console/settings");
        listed.Html.ShouldNotContain(secret);
        listed.Text.ShouldContain("Terraform");
    }

    [Fact]
    public async Task An_operators_organisation_offers_no_deletion()
    {
        using var ada = await bed.AdaAsync();
        (await ada.GetAsync("/console/settings")).Find("a[href*='dialog=delete']").ShouldBeNull();
    }
}
