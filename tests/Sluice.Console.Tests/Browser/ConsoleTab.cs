using Microsoft.Playwright;

namespace Sluice.Console.Tests.Browser;

/// <summary>A page in a browser, which notes whatever the browser complains of.</summary>
public sealed class ConsoleTab : IAsyncDisposable
{
    // Told by the browser itself, so that nothing that a page does can hide it.
    private const string Watch = """
        window.shifts = 0; window.paint = 0;
        new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) window.shifts += e.value; }).observe({ type: "layout-shift", buffered: true });
        new PerformanceObserver(l => { for (const e of l.getEntries()) window.paint = e.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
        addEventListener("securitypolicyviolation", e => console.error("content policy: " + e.violatedDirective + " " + e.blockedURI + " " + e.sample));
        """;

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private ConsoleTab(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            // An answer with an error status is the test's business.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts and breaches of the content policy so far.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public static async Task<ConsoleTab> OpenAsync(IBrowserContext context)
    {
        await context.AddInitScriptAsync(Watch);
        return new ConsoleTab(context, await context.NewPageAsync());
    }

    public async Task SignInAsync(string email = ConsoleBed.Email, string password = ConsoleBed.Password)
    {
        await Page.GotoAsync("/console/sign-in");
        await Page.FillAsync("[name=email]", email);
        await Page.FillAsync("[name=password]", password);
        await Page.ClickAsync("form:has([name=password]) button.pri");
        await Page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
    }

    /// <summary>Goes there, and waits until pictures, fonts and scripts are in.</summary>
    public async Task<IResponse> VisitAsync(string path)
    {
        var answer = await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        await Page.EvaluateAsync("() => document.fonts.ready");
        return answer!;
    }

    /// <summary>A picture of the page, for people to look at.</summary>
    public Task PictureAsync(string name, bool whole = false) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Browsers.Artifacts, name + ".png"), FullPage = whole, Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });

    public ValueTask DisposeAsync() => new(_context.CloseAsync());
}
