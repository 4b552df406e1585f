namespace Sluice.Console.Tests.Pages.Governance;

public sealed class ReviewTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Fact]
    public async Task A_review_is_decided_item_by_item_revoking_asks_once_and_the_end_leaves_evidence()
    {
        using var ada = await bed.AdaAsync();
        await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", "not needed"));
        var review = await ada.SubmitAsync(await ada.GetAsync("/console/access-reviews?dialog=start"), "start-review", ("name", "First quarter"));
        review.Find("h1")!.TextContent.ShouldBe("First quarter");
        review.Find("[data-key=y]").ShouldNotBeNull();

        var row = review.Document.QuerySelectorAll("tbody tr").Single(r => r.TextContent.Contains("not needed", StringComparison.Ordinal));
        var asked = await ada.SubmitAsync(review, "items", ("act", row.QuerySelector("button[value^='revoke:']")!.GetAttribute("value")!));
        asked.Find("dialog")!.TextContent.ShouldContain("not needed");
        (await ada.GetAsync("/console/keys?q=not+needed")).Find(".st")!.TextContent.ShouldBe("Active");
        var revoked = await ada.SubmitAsync(asked, "items", ("act", "revoke-now"), ("note", "Nobody knows it."));
        revoked.Find("a[href*=evidence]").ShouldBeNull();

        while (revoked.Find("[data-key=y]") is { } confirm)
            revoked = await ada.SubmitAsync(revoked, "items", ("act", confirm.GetAttribute("value")!));
        revoked.Find("a[href*='evidence?format=csv']").ShouldNotBeNull(revoked.Text);
        (await ada.GetAsync(revoked.Path.Split('?')[0])).Text.ShouldContain("Nobody knows it.");
        (await ada.GetAsync(revoked.Find("a[href*='evidence?format=csv']")!.GetAttribute("href")!)).Html.ShouldContain("revoked");
    }
}
