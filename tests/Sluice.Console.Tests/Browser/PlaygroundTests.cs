using Microsoft.Playwright;
using Sluice.Testing;

namespace Sluice.Console.Tests.Browser;

public sealed class PlaygroundTests(Browsers browsers, ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public async Task A_chat_streams_says_what_it_took_and_is_in_the_log(string language)
    {
        await using var tab = await browsers.OpenAsync(bed.Server.BaseUrl, language);
        var page = tab.Page;
        await tab.SignInAsync();
        await tab.VisitAsync("/console/playground");
        await page.Locator("chat-playground textarea").First.FillAsync("Hello <img src=x onerror=alert(1)> **bold**");
        await page.Keyboard.PressAsync("Enter");
        var log = page.Locator("chat-playground a[href*='/console/logs?open=req_']").First;
        await log.WaitForAsync();
        // What was said is shown as it is, and nothing of it is run.
        await Assertions.Expect(page.Locator("chat-playground .turn").First).ToContainTextAsync("<img src=x onerror=alert(1)>");
        (await page.Locator("chat-playground img[src=x]").CountAsync()).ShouldBe(0);
        await page.ReloadAsync();
        tab.Complaints.ShouldBeEmpty();
    }
}
