using Sluice.Testing;

namespace Sluice.Console.Tests.Pages.Accounts;

/// <summary>An upstream is tried out before it is kept.</summary>
public sealed class UpstreamStepTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Fact]
    public async Task What_does_not_answer_is_not_kept_unless_asked_for_and_its_key_is_never_shown()
    {
        using var ada = await bed.AdaAsync();
        var form = await ada.GetAsync("/console/first-run/upstream?preset=other");
        (string, string)[] fields = [("name", "nobody"), ("baseUrl", $"http://127.0.0.1:{FreePort.Next()}/v1"), ("apiKey", "canary-provider-key"), ("allowPrivateAddress", "on")];
        var page = await ada.SubmitAsync(form, "upstream", fields);
        page.Find(".checks li.bad").ShouldNotBeNull(page.Text);
        page.Html.ShouldNotContain("canary-provider-key");
        (await NamesAsync()).ShouldNotContain("nobody");

        page = await ada.SubmitAsync(page, "upstream", ("apiKey", "canary-provider-key"), ("anyway", "on"));
        page.Path.ShouldBe("/console/first-run/key");
        (await NamesAsync()).ShouldContain("nobody");
        bed.Server.Output.ShouldNotContain("canary-provider-key");
    }

    [Fact]
    public async Task Each_preset_has_its_form()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/first-run/upstream");
        var presets = page.Document.QuerySelectorAll("a.pick[href*=preset]").Select(static a => a.GetAttribute("href")!).ToList();
        presets.Count.ShouldBe(10);
        foreach (var preset in presets)
            (await ada.GetAsync(preset)).Find("[name=baseUrl]").ShouldNotBeNull(preset);
    }

    private async Task<List<string?>> NamesAsync() => [.. (await bed.Server.ManageAsync(HttpMethod.Get, "/api/v1/upstreams")).GetProperty("data").EnumerateArray().Select(static u => u.GetProperty("name").GetString())];
}
