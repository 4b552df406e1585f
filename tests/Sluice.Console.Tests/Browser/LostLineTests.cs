using Microsoft.Playwright;
using Sluice.Testing;

namespace Sluice.Console.Tests.Browser;

/// <summary>A server that goes away and comes back costs nobody their input or their session.</summary>
public sealed class LostLineTests(Browsers browsers)
{
    [Fact]
    public async Task A_half_filled_dialog_outlives_a_restart_and_nobody_is_signed_out()
    {
        using var folder = new TempFolder();
        var port = FreePort.Next();
        var options = new SluiceServerOptions { DataFolder = folder.File("data"), Port = port };
        await using var tab = await browsers.OpenAsync($"http://127.0.0.1:{port}");
        var page = tab.Page;
        await using (var first = await SluiceServer.StartAsync(options))
        {
            await ConsoleBed.SetUpAsync(first);
            await tab.SignInAsync();
            await tab.VisitAsync("/console/keys?dialog=create");
            await page.FillAsync("dialog [name=name]", "survivor");
        }

        await page.ClickAsync("dialog button.pri");
        await Assertions.Expect(page.Locator("#offline")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("dialog [name=name]")).ToHaveValueAsync("survivor");

        await using var second = await SluiceServer.StartAsync(options);
        await Assertions.Expect(page.Locator("#offline")).ToBeHiddenAsync();
        await page.ClickAsync("dialog button.pri");
        await Assertions.Expect(page.Locator("#secret")).ToBeVisibleAsync();
        await tab.VisitAsync("/console/keys");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
    }
}
