using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Microsoft.Playwright;
using Sluice.Testing;

namespace Sluice.Console.Tests.Browser;

public sealed class FirstRunTests(Browsers browsers)
{
    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public async Task The_set_up_link_leads_to_the_first_call_in_the_log(string language)
    {
        await using var server = await SluiceServer.StartAsync();
        await using var tab = await browsers.OpenAsync(server.BaseUrl, language);
        var page = tab.Page;
        var began = Stopwatch.GetTimestamp();

        await page.GotoAsync(server.FirstRun.SetupUrl);
        (await page.ContentAsync()).ShouldContain("/console");
        page.Url.ShouldNotContain("token=", Case.Sensitive, "the secret of the link stays out of the address");
        await page.Locator("[name=name]").FillAsync("Ada");
        await page.Locator("[name=email]").FillAsync("ada@acme.example");
        await page.Locator("[name=password]").FillAsync(ConsoleBed.Password);
        await page.Locator("[name=organisationName]").FillAsync("Acme");
        await Assertions.Expect(page.Locator("[name=timeZone]")).ToHaveValueAsync("Asia/Shanghai");
        await page.Locator("form:has([name=password]) button.pri").ClickAsync();

        await page.WaitForURLAsync("**/console/first-run/upstream");
        await page.Locator("main a[href^='/console/first-run/key']").First.ClickAsync();
        await page.WaitForSelectorAsync("form:has([name=name]) button.pri");
        await page.Locator("form:has([name=name]) button.pri").ClickAsync();
        var secret = await page.Locator("#secret").TextContentAsync();
        await page.Locator("a[href^='/console/first-run/call']").ClickAsync();
        await page.WaitForSelectorAsync("first-call");

        // The caller's program.
        using var caller = server.NewClient(secret);
        using var answer = await caller.PostAsJsonAsync("/v1/chat/completions", new { model = "deepseek-chat", messages = (object[])[new { role = "user", content = "Hello!" }] }, TestContext.Current.CancellationToken);
        var id = answer.Headers.GetValues("x-request-id").Single();

        await page.Locator($"a[href='/console/logs?open={id}']").ClickAsync();
        await Assertions.Expect(page.Locator("[data-drawer]")).ToContainTextAsync(id);
        await File.WriteAllTextAsync(Path.Combine(Browsers.Artifacts, $"first-run-{language}.txt"),
            string.Create(CultureInfo.InvariantCulture, $"From the set-up link to the first logged call: {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s of the browser's time; 5 fields and 6 clicks of a person's.\n"), TestContext.Current.CancellationToken);
        tab.Complaints.ShouldBeEmpty();
    }
}
