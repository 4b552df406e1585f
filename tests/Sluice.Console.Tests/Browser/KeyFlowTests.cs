using Microsoft.Playwright;

namespace Sluice.Console.Tests.Browser;

public sealed class KeyFlowTests(Browsers browsers, ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Theory]
    [InlineData("en", "Save your key", "Done")]
    [InlineData("zh-CN", "保存密钥", "完成")]
    public async Task A_key_is_made_with_the_keyboard_alone_and_its_secret_does_not_come_back(string language, string title, string done)
    {
        await using var tab = await browsers.OpenAsync(bed.Server.BaseUrl, language);
        var page = tab.Page;
        await tab.SignInAsync();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("k");
        await page.WaitForSelectorAsync("[data-create]");
        await page.Keyboard.PressAsync("c");
        await Assertions.Expect(page.Locator("dialog [name=name]")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("by keyboard " + language);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#dialog-title")).ToHaveTextAsync(title);
        var secret = (await page.Locator("#secret").TextContentAsync())!;
        await Assertions.Expect(page.Locator("dialog [data-copy-from=secret]")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        (await page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).ShouldBe(secret);
        await page.Locator("dialog .df").GetByText(done).PressAsync("Enter");
        await page.WaitForURLAsync("**/console/keys?new=*");
        await Assertions.Expect(page.Locator("tr.fresh")).ToHaveCountAsync(1);

        await page.ReloadAsync();
        (await page.ContentAsync()).ShouldNotContain(secret);
        await page.GoBackAsync();
        (await page.ContentAsync()).ShouldNotContain(secret);
        tab.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Closing_before_the_secret_is_copied_asks_once()
    {
        await using var tab = await browsers.OpenAsync(bed.Server.BaseUrl);
        var page = tab.Page;
        await tab.SignInAsync();
        await tab.VisitAsync("/console/keys?dialog=create");
        await page.FillAsync("dialog [name=name]", "asks");
        await page.ClickAsync("dialog button.pri");
        await page.WaitForSelectorAsync("#secret");
        var asked = new List<string>();
        page.Dialog += async (_, dialog) =>
        {
            asked.Add(dialog.Message);
            await dialog.DismissAsync();
        };
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#secret")).ToBeVisibleAsync();
        asked.Count.ShouldBe(1);
        await page.ClickAsync("dialog [data-copy-from=secret]");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForURLAsync("**/console/keys?new=*");
        asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_filter_answers_while_one_types_and_lives_in_the_address()
    {
        await using var tab = await browsers.OpenAsync(bed.Server.BaseUrl);
        var page = tab.Page;
        await tab.SignInAsync();
        await tab.VisitAsync("/console/keys");
        // Twice: the second answer takes the place of the first.
        await page.Locator("main [name=q]").PressSequentiallyAsync("no");
        await page.WaitForURLAsync("**/console/keys?q=no");
        await page.Locator("main [name=q]").PressSequentiallyAsync(" such");
        await page.WaitForURLAsync("**/console/keys?q=no+such");
        await Assertions.Expect(page.Locator(".empty b")).ToHaveTextAsync("No key matches");
        await Assertions.Expect(page.Locator("main [name=q]")).ToBeFocusedAsync();
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("main [name=q]")).ToHaveValueAsync("no such");
    }
}
