using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Sluice.Console.Tests.Browser;

/// <summary>Every page in both languages, both themes and both widths: nothing that axe finds, no breach of the content policy, no sideways scrolling; and a picture of each.</summary>
public abstract class SweepTests(Browsers browsers, SeededServer seeded, string language)
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Every_page_is_accessible_and_stays_within_the_content_policy(int width)
    {
        var found = new List<string>();
        await using (var tab = await browsers.OpenAsync(seeded.Server.BaseUrl, language, width))
        {
            foreach (var path in ConsolePages.Open) await LookAsync(tab, path, width, found);
            await tab.SignInAsync();
            foreach (var path in ConsolePages.SignedIn) await LookAsync(tab, path, width, found);
            found.AddRange(tab.Complaints);
        }

        found.ShouldBeEmpty(string.Join('\n', found));
    }

    private async Task LookAsync(ConsoleTab tab, string pattern, int width, List<string> found)
    {
        await tab.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        var answer = await tab.VisitAsync(seeded.Filled(pattern));
        var expected = pattern is "/console/not-found" ? 404 : 200;
        if (answer.Status != expected && !ConsolePages.Open.Contains(pattern)) found.Add($"{pattern}: status {answer.Status}");
        var name = Name(pattern);
        await tab.PictureAsync($"{name}-{language}-{width}-light");
        if (await ShiftAsync(tab, pattern) is var shift and > 0.05) found.Add($"{pattern} {language} {width}: layout shift {shift:0.###}");
        await tab.Page.EvaluateAsync(Axe);
        await AxeAsync(tab, $"{pattern} {language} {width} light", "{ resultTypes: ['violations'] }", found);
        if (await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth") is var sideways and > 0) found.Add($"{pattern} {language} {width}: scrolls sideways by {sideways}");
        if (language != "en" && await tab.Page.EvaluateAsync<string>(EnglishLeft) is { Length: > 0 } english) found.Add($"{pattern}: English left: {english}");

        // The same page in the other theme: nothing but colours differs.
        await tab.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await tab.PictureAsync($"{name}-{language}-{width}-dark");
        await AxeAsync(tab, $"{pattern} {language} {width} dark", "{ resultTypes: ['violations'], runOnly: { type: 'rule', values: ['color-contrast'] } }", found);
    }

    // The least of three visits: what shifts, shifts each time; how a page came in pieces once is the machine's.
    private async Task<double> ShiftAsync(ConsoleTab tab, string pattern)
    {
        var least = await tab.Page.EvaluateAsync<double>("() => window.shifts");
        for (var again = 0; again < 2 && least > 0.05; again++)
        {
            await tab.VisitAsync(seeded.Filled(pattern));
            least = Math.Min(least, await tab.Page.EvaluateAsync<double>("() => window.shifts"));
        }

        return least;
    }

    private static async Task AxeAsync(ConsoleTab tab, string where, string options, List<string> found) =>
        found.AddRange((await tab.Page.EvaluateAsync<string[]>(
            $"async () => (await axe.run(document, {options})).violations.map(v => v.id + ' ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '))")).Select(v => $"{where}: {v}"));

    private static string Name(string pattern)
    {
        var name = new string([.. pattern.Replace("/console", "", StringComparison.Ordinal).Trim('/').Select(static c => c is '{' or '}' ? ' ' : char.IsAsciiLetterOrDigit(c) ? c : '-')]).Replace(" ", "", StringComparison.Ordinal);
        return name.Length == 0 ? "overview" : name;
    }

    // Two or more English words in a row with nothing Chinese beside them, outside of code and of what is said to be English or was given by people.
    private const string EnglishLeft = """
        () => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const left = [];
          while (walker.nextNode()) {
            const node = walker.currentNode, text = node.textContent.trim(), parent = node.parentElement;
            if (!/[a-z]{3,} [a-z]{3,}/i.test(text) || /[\u2e80-\u9fff]/.test(text) || /^Default project$|<img|<script/.test(text) || parent.closest("code,pre,noscript,template,script,style,[lang=en],kbd,[data-given],td,dd,option,.nm,.crumb,.proj,.menu,dialog.cmd,h1,h2,textarea,.mono")) continue;
            left.push(text.slice(0, 80));
          }
          return left.slice(0, 5).join(" | ");
        }
        """;
}

public sealed class EnglishSweepTests(Browsers browsers, SeededServer seeded) : SweepTests(browsers, seeded, "en"), IClassFixture<SeededServer>;

public sealed class ChineseSweepTests(Browsers browsers, SeededServer seeded) : SweepTests(browsers, seeded, "zh-CN"), IClassFixture<SeededServer>;
