namespace Sluice.Console.Tests.Browser;

/// <summary>How heavy the console is. Bytes are counted as they are sent; times are in the benchmarks, since machines differ.</summary>
public sealed class BudgetTests(Browsers browsers, ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private const int FirstPageBytesMax = 150 * 1024;
    private const int OwnScriptBytesMax = 25 * 1024;
    private const int StyleBytesMax = 10 * 1024;

    [Theory]
    [InlineData("/console/sign-in", false)]
    [InlineData("/console", true)]
    public async Task The_first_page_with_everything_it_needs_is_at_most_150_KB(string path, bool signedIn)
    {
        await using var tab = await browsers.OpenAsync(bed.Server.BaseUrl);
        if (signedIn) await tab.SignInAsync();
        // What was fetched by an earlier page is fetched again.
        var session = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        await session.SendAsync("Network.enable");
        await session.SendAsync("Network.setCacheDisabled", new Dictionary<string, object> { ["cacheDisabled"] = true });
        long sent = 0;
        session.Event("Network.loadingFinished").OnEvent += (_, e) => Interlocked.Add(ref sent, (long)e!.Value.GetProperty("encodedDataLength").GetDouble());
        await tab.VisitAsync(path);
        await tab.Page.WaitForLoadStateAsync(Microsoft.Playwright.LoadState.NetworkIdle);
        Interlocked.Read(ref sent).ShouldBeInRange(10_000, FirstPageBytesMax);
    }

    [Fact]
    public async Task Own_scripts_and_styles_stay_small()
    {
        using var client = new HttpClient { BaseAddress = new Uri(bed.Server.BaseUrl) };
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");
        var (scripts, styles) = (0, 0);
        foreach (var name in Serving.AssetFiles.Names)
        {
            var bytes = (await client.GetByteArrayAsync(Serving.AssetFiles.Of(name), TestContext.Current.CancellationToken)).Length;
            if (name.StartsWith("js/", StringComparison.Ordinal)) scripts += bytes;
            if (name.EndsWith(".css", StringComparison.Ordinal)) styles += bytes;
        }

        scripts.ShouldBeInRange(1, OwnScriptBytesMax);
        styles.ShouldBeInRange(1, StyleBytesMax);
    }

    [Fact]
    public async Task Nothing_is_fetched_from_elsewhere()
    {
        await using var tab = await browsers.OpenAsync(bed.Server.BaseUrl);
        var elsewhere = new List<string>();
        tab.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(bed.Server.BaseUrl, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) elsewhere.Add(request.Url);
        };
        await tab.SignInAsync();
        foreach (var path in (string[])["/console", "/console/keys", "/console/playground", "/console/usage", "/console/logs"]) await tab.VisitAsync(path);
        elsewhere.ShouldBeEmpty();
    }
}
