using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Sluice.Console.Tests.Browser.Browsers))]

namespace Sluice.Console.Tests.Browser;

/// <summary>One real Chromium for all tests; each visit gets a profile of its own.</summary>
public sealed class Browsers : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _chromium;

    /// <summary>Where pictures go: <c>artifacts/console</c> in the repository, which is not under version control.</summary>
    public static string Artifacts { get; } = Path.Combine(Words.WordsTests.Root(), "artifacts", "console");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Artifacts);
        // No test depends on the speed of the machine.
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _chromium = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable(), Args = ["--no-sandbox", "--force-color-profile=srgb"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.CloseAsync();
        _playwright?.Dispose();
    }

    /// <summary>A fresh profile with one page.</summary>
    public async Task<ConsoleTab> OpenAsync(string baseUrl, string language = "en", int width = 1440, bool dark = false)
    {
        var context = await _chromium!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = baseUrl, Locale = language == "en" ? "en-US" : language, ViewportSize = new ViewportSize { Width = width, Height = width < 800 ? 844 : 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce, TimezoneId = "Asia/Shanghai", Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(30_000);
        // As somebody has it who chose the language: an account has one too.
        await context.AddCookiesAsync([new Cookie { Name = Layout.Looks.LanguageCookie, Value = language, Domain = new Uri(baseUrl).Host, Path = Layout.Looks.Root }]);
        return await ConsoleTab.OpenAsync(context);
    }

    private static string Executable() =>
        Environment.GetEnvironmentVariable("SLUICE_TEST_CHROMIUM") ?? ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("There is no Chromium: apt-get install chromium, or name it in SLUICE_TEST_CHROMIUM.");
}
