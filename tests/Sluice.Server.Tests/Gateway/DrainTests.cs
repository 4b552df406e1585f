using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>What becomes of calls under way when the process is told to stop.</summary>
public sealed class DrainTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Dictionary<string, string> Environment(FakeUpstream upstream, string timeout, string delay = "0") => new()
    {
        ["Sluice__Upstreams__0__Name"] = "fake", ["Sluice__Upstreams__0__BaseUrl"] = upstream.BaseUrl, ["Sluice__Upstreams__0__ApiKey"] = GatewayBed.UpstreamKey, ["Sluice__Upstreams__0__Models"] = "m",
        ["Sluice__Drain__TimeoutSeconds"] = timeout, ["Sluice__Drain__DelaySeconds"] = delay,
    };

    private static HttpClient Caller(SluiceProcess process, string key)
    {
        var client = new HttpClient { BaseAddress = new Uri(process.BaseUrl), Timeout = TimeSpan.FromMinutes(2) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private static string? Code(JsonElement record) => record.TryGetProperty("errorCode", out var code) ? code.GetString() : null;

    private static async Task<string> AskAsync(HttpClient client, string user, bool stream)
    {
        using var answer = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), SluiceServer.Json(GatewayBed.ChatBody(stream: stream, more: $",\"user\":\"{user}\"")));
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }

    [Fact]
    public async Task Streams_that_end_in_time_are_whole_the_rest_get_an_error_event_and_all_are_settled()
    {
        await using var upstream = FakeUpstream.Start();
        var gate = new TaskCompletionSource();
        var half = FakeReply.ChunkJson("""{"content":"The first half"}""");
        upstream.Choose = request => request.Json.GetProperty("user").GetString() == "ends"
            ? FakeReply.Steps(FakeReply.Head(200, "text/event-stream"), FakeReply.Event(half), FakeReply.WaitFor(gate.Task), FakeReply.Event(FakeReply.ChunkJson("{}", "stop")), FakeReply.Event("[DONE]"), FakeReply.EndChunks())
            : FakeReply.StalledStream([half]);
        var environment = Environment(upstream, "8");
        string token;
        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path, environment))
        {
            token = process.FirstRun().ManagementToken;
            using var client = Caller(process, process.FirstRun().TestKey);
            var ending = Enumerable.Range(0, 25).Select(_ => AskAsync(client, "ends", stream: true)).ToArray();
            var endless = Enumerable.Range(0, 25).Select(_ => AskAsync(client, "never ends", stream: true)).ToArray();
            await GatewayBed.EventuallyAsync(() => upstream.UnderWay == 50, "all streams are open");
            process.Terminate();
            // New calls are turned away while the old ones go on.
            for (var i = 0; ; i++)
            {
                using var ready = await process.Client.GetAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken);
                if (ready.StatusCode == HttpStatusCode.ServiceUnavailable) break;
                (i < 500).ShouldBeTrue("never unready");
            }
            string late;
            do late = await AskAsync(client, "never ends", stream: false);
            while (!late.StartsWith("503", StringComparison.Ordinal));
            late.ShouldContain("\"code\":\"shutting_down\"");
            gate.SetResult();
            foreach (var answer in await Task.WhenAll(ending))
            {
                answer.ShouldStartWith("200 ");
                answer.ShouldContain("The first half");
                answer.ShouldEndWith("data: [DONE]\n\n");
            }
            foreach (var answer in await Task.WhenAll(endless))
            {
                answer.ShouldStartWith("200 ");
                answer.ShouldContain("The first half");
                answer.ShouldContain("\"code\":\"shutting_down\"");
                answer.ShouldNotContain("[DONE]");
            }
            (await process.WaitForExitAsync()).ShouldBe(0);
            (process.Output + process.Errors).ShouldNotContain(GatewayBed.UpstreamKey);
            process.Errors.ShouldBeEmpty();
        }

        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path, environment))
        {
            using var management = Caller(process, token);
            var records = JsonSerializer.Deserialize<JsonElement>(await management.GetStringAsync(new Uri("/api/v1/requests?limit=100", UriKind.Relative), TestContext.Current.CancellationToken)).GetProperty("data").EnumerateArray().ToList();
            records.Count(r => Code(r) is null).ShouldBe(25);
            records.Count(r => Code(r) == "shutting_down" && r.GetProperty("state").GetString() == "estimated").ShouldBe(25);
            records.Count(r => Code(r) == "interrupted").ShouldBe(0);
        }
    }

    [Fact]
    public async Task With_a_delay_new_calls_are_still_served_after_the_signal()
    {
        await using var upstream = FakeUpstream.Start();
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path, Environment(upstream, "3", delay: "6"));
        using var client = Caller(process, process.FirstRun().TestKey);
        process.Terminate();
        for (; ; )
        {
            using var ready = await process.Client.GetAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken);
            if (ready.StatusCode == HttpStatusCode.ServiceUnavailable) break;
        }
        (await AskAsync(client, "x", stream: false)).ShouldStartWith("200 ");
        (await process.WaitForExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_json_call_that_cannot_end_is_503_and_counted()
    {
        await using var upstream = FakeUpstream.Start();
        upstream.Default = FakeReply.Silent();
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path, Environment(upstream, "0"));
        using var client = Caller(process, process.FirstRun().TestKey);
        var call = AskAsync(client, "x", stream: false);
        await GatewayBed.EventuallyAsync(() => upstream.UnderWay == 1, "the call is under way");
        process.Terminate();
        var answer = await call;
        answer.ShouldStartWith("503 ");
        answer.ShouldContain("\"code\":\"shutting_down\"");
        (await process.WaitForExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Two_signals_stop_as_one_does()
    {
        await using var upstream = FakeUpstream.Start();
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path, Environment(upstream, "3"));
        process.Terminate();
        process.Terminate();
        (await process.WaitForExitAsync()).ShouldBe(0);
    }
}
