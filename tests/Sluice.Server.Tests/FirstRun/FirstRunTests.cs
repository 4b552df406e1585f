using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Testing;

namespace Sluice.Server.Tests.FirstRun;

/// <summary>The first start and the ones after it, in a folder that was empty.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FirstRunTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static async Task StopAsync(SluiceProcess process)
    {
        process.Terminate();
        (await process.WaitForExitAsync()).ShouldBe(0, process.Output + process.Errors);
    }

    [Fact]
    public async Task The_first_start_prints_what_is_needed_to_begin()
    {
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path);
        var first = process.FirstRun();
        await StopAsync(process);
        process.Output.ShouldContain($"listens on {process.BaseUrl}");
        process.Output.ShouldContain(process.DataFolder);
        process.Output.ShouldContain("sandbox");
        process.Output.ShouldContain(first.SetupUrl);
        process.Output.ShouldContain(_folder.File("data/first-run.json"));
        Regex.Count(process.Output, Regex.Escape(first.TestKey) + "   ").ShouldBe(1, "the key is shown once, and once more in the curl line");
        process.Output.ShouldNotContain(first.ManagementToken);
        process.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_printed_curl_line_works_when_pasted()
    {
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path);
        var line = (await OutputLineAsync(process, "curl ")).Trim();
        var shell = new ProcessStartInfo("sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        shell.ArgumentList.Add("-c");
        shell.ArgumentList.Add(line);
        using var curl = Process.Start(shell)!;
        var answer = await curl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await curl.WaitForExitAsync(TestContext.Current.CancellationToken);
        JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldNotBeNullOrEmpty(answer);
    }

    [Fact]
    public async Task The_file_of_the_first_run_has_exactly_the_promised_members_and_is_its_owners_only()
    {
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path);
        var path = _folder.File("data/first-run.json");
        var members = JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(path)).EnumerateObject().Select(m => m.Name);
        members.ShouldBe(["baseUrl", "testKey", "managementToken", "setupUrl"]);
        File.GetUnixFileMode(path).ShouldBe(OwnerOnly);
    }

    [Fact]
    public async Task Everything_in_the_data_folder_is_its_owners_only()
    {
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path);
        File.GetUnixFileMode(process.DataFolder).ShouldBe(OwnerOnly | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(process.DataFolder, "*", SearchOption.AllDirectories))
            (File.GetUnixFileMode(file) & ~OwnerOnly).ShouldBe(UnixFileMode.None, file);
    }

    [Fact]
    public async Task Later_starts_print_no_secret_and_change_none()
    {
        FirstRunFile first;
        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path))
        {
            first = process.FirstRun();
            await StopAsync(process);
        }
        await using var second = await SluiceProcess.StartReadyAsync(_folder.Path);
        (await CallAsync(second, first.TestKey)).ShouldBe(HttpStatusCode.OK);
        (await ManageAsync(second, first.ManagementToken)).ShouldBe(HttpStatusCode.OK);
        await StopAsync(second);
        second.Output.ShouldContain($"listens on {second.BaseUrl}");
        second.Output.ShouldNotContain("sk-slc_");
        second.FirstRun().ShouldBe(first);
    }

    [Fact]
    public async Task Secrets_of_the_first_run_are_nowhere_else_in_the_data_folder()
    {
        FirstRunFile first;
        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path))
        {
            first = process.FirstRun();
            await StopAsync(process);
        }
        foreach (var file in Directory.EnumerateFiles(_folder.File("data"), "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "first-run.json"))
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var secret in new[] { first.TestKey, first.ManagementToken, first.SetupUrl[(first.SetupUrl.IndexOf('=', StringComparison.Ordinal) + 1)..] })
                bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(secret)).ShouldBe(-1, file);
        }
    }

    [Fact]
    public async Task A_first_start_that_was_killed_before_it_could_tell_goes_on_with_the_same_secrets()
    {
        FirstRunFile first;
        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path))
        {
            first = process.FirstRun();
            await process.KillAsync();
        }
        // As it is on disk between the database's commit and the writing of the file.
        File.Delete(_folder.File("data/first-run.json"));
        var setup = first.SetupUrl[(first.SetupUrl.IndexOf('=', StringComparison.Ordinal) + 1)..];
        _folder.Write("data/first-run.pending", JsonSerializer.Serialize(new { testKey = first.TestKey, managementToken = first.ManagementToken, setupToken = setup }));

        await using var second = await SluiceProcess.StartReadyAsync(_folder.Path);
        second.FirstRun().TestKey.ShouldBe(first.TestKey);
        second.FirstRun().ManagementToken.ShouldBe(first.ManagementToken);
        File.Exists(_folder.File("data/first-run.pending")).ShouldBeFalse();
        (await CallAsync(second, first.TestKey)).ShouldBe(HttpStatusCode.OK);
        (await OutputLineAsync(second, "test key")).ShouldContain(first.TestKey);
    }

    [Fact]
    public async Task Pending_secrets_that_the_database_does_not_know_are_dropped()
    {
        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path)) await StopAsync(process);
        using (var elsewhere = new TempFolder())
        {
            await using var other = await SluiceProcess.StartReadyAsync(elsewhere.Path);
            var first = other.FirstRun();
            _folder.Write("data/first-run.pending", JsonSerializer.Serialize(new { testKey = first.TestKey, managementToken = first.ManagementToken, setupToken = first.SetupUrl.Split('=')[1] }));
        }
        await using var second = await SluiceProcess.StartReadyAsync(_folder.Path);
        await StopAsync(second);
        File.Exists(_folder.File("data/first-run.pending")).ShouldBeFalse();
        second.Output.ShouldNotContain("sk-slc_");
    }

    [Fact]
    public async Task The_setup_link_answers_with_its_token_only()
    {
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path);
        process.FirstRun().SetupUrl.ShouldStartWith(process.Client.BaseAddress!.AbsoluteUri + "console/setup?token=");
        (await PageAsync(process, new Uri(process.FirstRun().SetupUrl).PathAndQuery)).ShouldContain("becomes the operator");
        foreach (var wrong in new[] { "", "?token=", "?token=x", "?token=" + process.FirstRun().TestKey, "?token=" + process.FirstRun().ManagementToken })
        {
            var html = await PageAsync(process, "/console/setup" + wrong);
            html.ShouldContain("is not valid");
            html.ShouldNotContain(process.FirstRun().ManagementToken);
            html.ShouldNotContain(process.FirstRun().TestKey);
        }
    }

    private static async Task<string> PageAsync(SluiceProcess process, string path)
    {
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = process.Client.BaseAddress };
        using var page = await browser.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'");
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        return await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_vendors_key_in_dot_env_is_found_and_not_printed()
    {
        _folder.Write(".env", "DEEPSEEK_API_KEY=canary-secret\n");
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path);
        await StopAsync(process);
        process.Output.ShouldContain("deepseek (https://api.deepseek.com)");
        process.Output.ShouldNotContain("canary-secret");
        process.Output.ShouldContain("\"model\":\"deepseek-chat\"");
    }

    private static async Task<string> OutputLineAsync(SluiceProcess process, string part)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (process.Output.Split('\n').FirstOrDefault(l => l.Contains(part, StringComparison.Ordinal)) is { } line) return line;
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Delay(20, deadline.Token);
        }
    }

    private static async Task<HttpStatusCode> CallAsync(SluiceProcess process, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = SluiceServer.Json("""{"model":"deepseek-chat","messages":[{"role":"user","content":"Hi"}]}""") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await process.Client.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> ManageAsync(SluiceProcess process, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/keys");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await process.Client.SendAsync(request);
        return response.StatusCode;
    }
}
