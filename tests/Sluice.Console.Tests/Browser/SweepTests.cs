using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Sluice.Console.Tests.Browser;

/// <summary>Every page in both languages, both themes and both widths: nothing that axe finds, no breach of the content policy, no sideways scrolling; and a picture of each.</summary>
public sealed class SweepTests(Browsers browsers, SeededServer seeded) : IClassFixture<SeededServer>
{
    [Theory]
    [InlineData("en", 1440, false)]
    [InlineData("en", 390, true)]
    [InlineData("en", 390, false)]
    [InlineData("en", 1440, true)]
    [InlineData("zh-CN", 1440, false)]
    [InlineData("zh-CN", 390, true)]
    [InlineData("zh-CN", 390, false)]
    [InlineData("zh-CN", 1440, true)]
    public async Task Every_page_is_accessible_and_stays_within_the_content_policy(string language, int width, bool dark)
    {
        var found = new List<string>();
        await using (var tab = await browsers.OpenAsync(seeded.Server.BaseUrl, language, width, dark))
        {
            foreach (var path in ConsolePages.Open) await LookAsync(tab, path, language, width, dark, found);
            await tab.SignInAsync();
            foreach (var path in ConsolePages.SignedIn) await LookAsync(tab, path, language, width, dark, found);
            found.AddRange(tab.Complaints);
        }

        found.ShouldBeEmpty();
    }

    private async Task LookAsync(ConsoleTab tab, string pattern, string language, int width, bool dark, List<string> found)
    {
        var answer = await tab.VisitAsync(seeded.Filled(pattern));
        var expected = pattern is "/console/not-found" ? 404 : 200;
        if (answer.Status != expected) found.Add($"{pattern}: status {answer.Status}");
        var name = pattern.Replace("/console", "", StringComparison.Ordinal).Trim('/').Replace('/', '-').Replace('?', '-').Replace('&', '-').Replace('=', '-').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
        await tab.PictureAsync($"{(name.Length == 0 ? "overview" : name)}-{language}-{width}-{(dark ? "dark" : "light")}");
        var result = await tab.Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        found.AddRange(result.Violations.Select(v => $"{pattern} {language} {width} {(dark ? "dark" : "light")}: {v.Id} {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html.Length > 160 ? n.Html[..160] : n.Html))}"));
        var sideways = await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth");
        if (sideways > 0) found.Add($"{pattern} {language} {width}: scrolls sideways by {sideways}");
        if (await tab.Page.EvaluateAsync<double>("() => window.shifts") is var shifts and > 0.05) found.Add($"{pattern} {width}: layout shift {shifts:0.###}");
        if (language != "en" && await tab.Page.EvaluateAsync<string>(EnglishLeft) is { Length: > 0 } english) found.Add($"{pattern}: English left: {english}");
    }

    // Two or more English words in a row, outside of code and of what is said to be English or was given by people.
    private const string EnglishLeft = """
        () => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const left = [];
          while (walker.nextNode()) {
            const node = walker.currentNode, text = node.textContent.trim(), parent = node.parentElement;
            if (!/[a-z]{3,} [a-z]{3,}/i.test(text) || parent.closest("code,pre,script,style,[lang=en],kbd,[data-given],td,dd,option,.nm,.crumb,.proj,.menu,dialog.cmd,h1,h2,textarea,.mono")) continue;
            left.push(text.slice(0, 80));
          }
          return left.slice(0, 5).join(" | ");
        }
        """;
}
