namespace Sluice.Console.Tests.Pages.Organisation;

/// <summary>What an organisation asks of others: more quota, verification, support.</summary>
public sealed class ApplicationTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private const string Scenario = "Load test before the spring sale, on the staging system.";

    [Fact]
    public async Task An_application_for_more_is_shown_commented_and_withdrawn()
    {
        using var ada = await bed.AdaAsync();
        var key = (await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", "busy"))).Find("dialog .df a[href^='/console/keys/key_']")!.GetAttribute("href")!["/console/keys/".Length..];
        var form = await ada.GetAsync($"/console/quota/apply?keyId={key}&limit=callsPerDay");
        form.Find($"option[value={key}]")!.HasAttribute("selected").ShouldBeTrue();
        var made = await ada.SubmitAsync(form, "apply-quota", ("requestedValue", "5000"), ("scenario", Scenario), ("expectedVolume", "4,000 a day"));
        made.Path.ShouldStartWith("/console/quota/applications/", Case.Sensitive, made.Text);
        made.Text.ShouldContain("5,000");

        var told = await ada.SubmitAsync(made, "quota-act", ("act", "comment"), ("text", "It is urgent."));
        told.Find(".timeline")!.TextContent.ShouldContain("It is urgent.");
        var withdrawn = await ada.SubmitAsync(told, "quota-act", ("act", "withdraw"));
        withdrawn.Find(".acts .st")!.TextContent.ShouldBe("Withdrawn");
    }

    [Fact]
    public async Task What_is_missing_in_an_application_stands_beside_its_field()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/quota/apply"), "apply-quota", ("requestedValue", "many"), ("scenario", "short"), ("until", ""));
        foreach (var field in (string[])["requestedValue", "scenario", "until", "expectedVolume"])
            page.Find($"#f-{field}-foot")?.ClassList.ShouldContain("err", field);
        page.Find("#f-scenario")!.TextContent.ShouldBe("short");
    }

    [Fact]
    public async Task A_company_without_a_licence_is_told_so_and_keeps_what_it_typed()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/verification"), "enterprise", ("companyName", "示例科技有限公司"), ("registrationNumber", "123"), ("contactName", "Li Lei"), ("contactEmail", "li@company.example"), ("contactPhone", "+8613800138000"));
        page.Find("#f-licence-foot")!.ClassList.ShouldContain("err");
        page.Find("#f-registrationNumber-foot")!.ClassList.ShouldContain("err");
        page.Find("#f-companyName")!.GetAttribute("value").ShouldBe("示例科技有限公司");
    }

    [Fact]
    public async Task A_ticket_begun_from_an_error_has_its_request_id_and_is_answered_and_closed()
    {
        using var ada = await bed.AdaAsync();
        var form = await ada.GetAsync("/console/support?requestId=req_1&subject=Answers+are+cut+off");
        form.Find("#f-text")!.TextContent.ShouldContain("req_1");
        var made = await ada.SubmitAsync(form, "open-ticket", ("text", "Request id: req_1\n\nSince <b>this</b> morning."));
        made.Find("h1")!.TextContent.ShouldBe("Answers are cut off");
        made.Find(".talk b b").ShouldBeNull();

        var answered = await ada.SubmitAsync(made, "answer", ("act", "answer"), ("text", "Still so."));
        answered.Find(".talk")!.TextContent.ShouldContain("Still so.");
        (await ada.SubmitAsync(answered, "answer", ("act", "close"))).Find(".acts .st")!.TextContent.ShouldBe("Closed");
    }
}
