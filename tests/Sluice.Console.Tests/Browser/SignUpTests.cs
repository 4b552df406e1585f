using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Sluice.Testing;
using Sluice.Testing.Messages;

namespace Sluice.Console.Tests.Browser;

/// <summary>Somebody new signs up, with mails that a real mail server took.</summary>
public sealed partial class SignUpTests(Browsers browsers)
{
    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public async Task Somebody_signs_up_confirms_by_the_mail_signs_in_and_founds_an_organisation(string language)
    {
        await using var mails = SmtpSink.Start();
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions
        {
            Settings = { ["Sluice:Mail:Smtp:Host"] = "127.0.0.1", ["Sluice:Mail:Smtp:Port"] = mails.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), ["Sluice:Mail:Smtp:Security"] = "none", ["Sluice:Mail:Smtp:From"] = "sluice@acme.example" },
        });
        await ConsoleBed.SetUpAsync(server);
        await using var tab = await browsers.OpenAsync(server.BaseUrl, language);
        var page = tab.Page;

        await tab.VisitAsync("/console/sign-in");
        await page.Locator("a[href='/console/register']").ClickAsync();
        await page.Locator("[name=name]").FillAsync("林小明");
        await page.Locator("[name=email]").FillAsync("lin@work.example");
        await page.Locator("[name=password]").FillAsync("five words out of somewhere else");
        await page.Locator("form:has([name=password]) button.pri").ClickAsync();
        var link = await LinkAsync(mails);
        link.ShouldStartWith(server.BaseUrl + "/console/");

        await page.GotoAsync(link);
        await page.Locator("main form button.pri").ClickAsync();
        await page.WaitForURLAsync("**/console/sign-in*");
        await page.Locator("[name=email]").FillAsync("lin@work.example");
        await page.Locator("[name=password]").FillAsync("five words out of somewhere else");
        await page.Locator("form:has([name=password]) button.pri").ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));

        await tab.VisitAsync("/console/organisations/new");
        await page.Locator("main [name=name]").FillAsync("Lin & 合伙人");
        await page.Locator("main form button.pri").ClickAsync();
        await Assertions.Expect(page.Locator(".crumb")).ToContainTextAsync("Lin & 合伙人");
        tab.Complaints.ShouldBeEmpty();
    }

    private static async Task<string> LinkAsync(SmtpSink mails)
    {
        var mail = await mails.NextAsync();
        mail.Recipients.ShouldBe(["lin@work.example"]);
        using var stream = new MemoryStream(mail.Data);
        var text = (await MimeKit.MimeMessage.LoadAsync(stream, TestContext.Current.CancellationToken)).TextBody ?? "";
        return Link().Match(text).Value;
    }

    [GeneratedRegex(@"https?://\S+token=\S+")]
    private static partial Regex Link();
}
