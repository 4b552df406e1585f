using Microsoft.Playwright;

namespace Sluice.Console.Tests.Browser;

public sealed class PaletteTests(Browsers browsers, SeededServer seeded) : IClassFixture<SeededServer>
{
    private async Task<ConsoleTab> OpenAsync()
    {
        var tab = await browsers.OpenAsync(seeded.Server.BaseUrl);
        await tab.SignInAsync();
        await tab.Page.WaitForFunctionAsync("() => window.Blazor");
        await tab.Page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(tab.Page.Locator("#palette input")).ToBeFocusedAsync();
        return tab;
    }

    [Fact]
    public async Task Ctrl_K_leads_to_a_page_by_a_few_letters()
    {
        await using var tab = await OpenAsync();
        await tab.Page.Keyboard.TypeAsync("audit");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/console/audit");
    }

    [Fact]
    public async Task A_key_is_found_by_its_name()
    {
        await using var tab = await OpenAsync();
        await tab.Page.Keyboard.TypeAsync("production-w");
        await tab.Page.Locator("#palette .found").First.WaitForAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/console/keys/" + seeded.KeyId);
    }

    [Fact]
    public async Task A_pasted_request_id_opens_its_call()
    {
        await using var tab = await OpenAsync();
        await tab.Page.Keyboard.TypeAsync(seeded.RequestId);
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/console/logs?open=" + seeded.RequestId);
        await Assertions.Expect(tab.Page.Locator("[data-drawer]")).ToContainTextAsync(seeded.RequestId);
    }

    [Fact]
    public async Task Of_a_pasted_key_only_what_is_visible_anyway_leaves_the_browser()
    {
        await using var tab = await OpenAsync();
        var key = seeded.Server.TestKey;
        var sent = new List<string>();
        tab.Page.Request += (_, request) => sent.Add(request.Url + request.PostData);
        await tab.Page.Keyboard.InsertTextAsync(key);
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/console/keys?q=*");
        sent.ShouldAllBe(text => !text.Contains(key.Substring(24), StringComparison.Ordinal));
        await Assertions.Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Escape_closes_it_and_gives_the_focus_back()
    {
        await using var tab = await OpenAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(tab.Page.Locator("#palette")).ToBeHiddenAsync();
        await tab.Page.Keyboard.PressAsync("?");
        await Assertions.Expect(tab.Page.Locator("#shortcuts")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_key_pressed_in_the_same_frame_as_Escape_is_not_lost()
    {
        await using var tab = await OpenAsync();
        var opened = await tab.Page.EvaluateAsync<bool>("""
            () => {
                const press = key => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
                press("Escape");
                press("?");
                return document.getElementById("shortcuts").matches(":modal");
            }
            """);
        opened.ShouldBeTrue();
    }
}
