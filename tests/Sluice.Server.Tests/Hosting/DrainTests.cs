using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Sluice.Contracts.Management;
using Sluice.Testing;

namespace Sluice.Server.Tests.Hosting;

/// <summary>SIGTERM and what happens to the calls under way: a real process in front of a real upstream.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private static readonly string[] Words = [.. Enumerable.Range(0, 20).Select(i => $"word{i} ")];
    private readonly TempFolder _folder = new();
    private readonly FakeUpstream _upstream = FakeUpstream.Start();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    private Task<SluiceProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["Sluice__Upstreams__0__Name"] = "fake",
            ["Sluice__Upstreams__0__BaseUrl"] = _upstream.BaseUrl,
            ["Sluice__Upstreams__0__ApiKey"] = "k",
            ["Sluice__Upstreams__0__Models"] = "*",
        };
        foreach (var (name, value) in settings) environment["Sluice__Drain__" + name] = value;
        return SluiceProcess.StartReadyAsync(_folder.Path, environment);
    }

    private static async Task<HttpResponseMessage> CallAsync(HttpClient client, bool stream)
        => await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = SluiceServer.Json($$"""{"model":"m","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Hi"}]}"""),
        }, HttpCompletionOption.ResponseHeadersRead);

    private static async Task<IReadOnlyList<RequestAnswer>> RequestsAsync(SluiceProcess process)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/requests?limit=100");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", process.FirstRun().ManagementToken);
        using var answer = await process.Client.SendAsync(request);
        var page = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ManagementJson.Default.RequestPage)!;
        // Without the questions that a test asks to see whether the node still answers.
        return [.. page.Data.Where(r => r.Endpoint.StartsWith("POST", StringComparison.Ordinal))];
    }

    private async Task<IReadOnlyList<RequestAnswer>> RequestsAfterRestartAsync()
    {
        await using var next = await StartAsync();
        return await RequestsAsync(next);
    }

    private async Task UnderWayAsync(int calls)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (_upstream.UnderWay < calls) await Task.Delay(10, patience.Token);
    }

    [Fact]
    public async Task Streams_that_end_in_time_arrive_whole_and_are_settled()
    {
        var gate = new TaskCompletionSource();
        _upstream.Default = FakeReply.From(_ => FakeReply.Steps(
            [FakeReply.Head(200, "text/event-stream"), FakeReply.Event(FakeReply.ChunkJson("""{"role":"assistant","content":""}""")), FakeReply.WaitFor(gate.Task),
                .. Words.Select(w => FakeReply.Event(FakeReply.ChunkJson($$"""{"content":"{{w}}"}"""))), FakeReply.Event(FakeReply.ChunkJson("{}", "stop")),
                FakeReply.Event($$"""{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{{FakeReply.UsageJson(3, 20)}}}"""), FakeReply.Event("[DONE]"), FakeReply.EndChunks()]));
        await using var process = await StartAsync(("TimeoutSeconds", "60"));
        using var client = process.ClientWithTestKey();
        var calls = Enumerable.Range(0, 20).Select(async _ =>
        {
            using var answer = await CallAsync(client, stream: true);
            return await answer.Content.ReadAsStringAsync();
        }).ToArray();
        await UnderWayAsync(calls.Length);
        process.Terminate();
        await WaitUntilRefusedAsync(process);
        gate.SetResult();

        foreach (var text in await Task.WhenAll(calls))
        {
            foreach (var word in Words) text.ShouldContain(word);
            text.TrimEnd().ShouldEndWith("data: [DONE]");
        }
        (await process.WaitForExitAsync()).ShouldBe(0, process.Output + process.Errors);
        var requests = await RequestsAfterRestartAsync();
        requests.Count.ShouldBe(calls.Length);
        requests.ShouldAllBe(r => r.State == RequestStates.Settled && r.Tokens.Completion == 20);
    }

    [Fact]
    public async Task Streams_that_do_not_end_in_time_get_an_error_event_and_are_recorded()
    {
        _upstream.Default = FakeReply.StalledStream([FakeReply.ChunkJson("""{"role":"assistant","content":"so far"}""")]);
        await using var process = await StartAsync(("TimeoutSeconds", "4"));
        using var client = process.ClientWithTestKey();
        var calls = Enumerable.Range(0, 20).Select(async _ =>
        {
            using var answer = await CallAsync(client, stream: true);
            return await answer.Content.ReadAsStringAsync();
        }).ToArray();
        await UnderWayAsync(calls.Length);
        process.Terminate();
        foreach (var text in await Task.WhenAll(calls))
        {
            text.ShouldContain("so far");
            text.ShouldContain("\"code\":\"shutting_down\"");
        }
        (await process.WaitForExitAsync()).ShouldBe(0, process.Output + process.Errors);
        var requests = await RequestsAfterRestartAsync();
        requests.Count.ShouldBe(calls.Length);
        requests.ShouldAllBe(r => r.State == RequestStates.Estimated && r.ErrorCode == "shutting_down");
    }

    [Fact]
    public async Task A_node_that_drains_says_so_at_once_and_serves_until_its_delay_is_over()
    {
        await using var process = await StartAsync(("DelaySeconds", "600"));
        using var client = process.ClientWithTestKey();
        process.Terminate();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var ready = await process.Client.GetAsync(new Uri("/readyz", UriKind.Relative), patience.Token);
            if (ready.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                (await ready.Content.ReadAsStringAsync(patience.Token)).ShouldBe("""{"status":"unready","reasons":["draining"]}""");
                break;
            }
        }
        using var alive = await process.Client.GetAsync(new Uri("/healthz", UriKind.Relative), patience.Token);
        alive.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var answer = await CallAsync(client, stream: false);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.ConnectionClose.ShouldBe(true);
    }

    [Fact]
    public async Task New_calls_are_refused_while_earlier_ones_end()
    {
        var gate = new TaskCompletionSource();
        _upstream.Default = FakeReply.Chat("late").When(gate.Task);
        await using var process = await StartAsync(("TimeoutSeconds", "60"));
        using var client = process.ClientWithTestKey();
        var early = CallAsync(client, stream: false);
        await UnderWayAsync(1);
        process.Terminate();
        await WaitUntilRefusedAsync(process);
        gate.SetResult();
        using var answer = await early;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await process.WaitForExitAsync()).ShouldBe(0, process.Output + process.Errors);
    }

    [Fact]
    public async Task A_second_signal_does_not_tear_calls_off()
    {
        var gate = new TaskCompletionSource();
        _upstream.Default = FakeReply.Chat("late").When(gate.Task);
        await using var process = await StartAsync(("TimeoutSeconds", "60"));
        using var client = process.ClientWithTestKey();
        var early = CallAsync(client, stream: false);
        await UnderWayAsync(1);
        process.Terminate();
        await WaitUntilRefusedAsync(process);
        process.Terminate();
        process.Interrupt();
        gate.SetResult();
        using var answer = await early;
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("late");
        (await process.WaitForExitAsync()).ShouldBe(0, process.Output + process.Errors);
    }

    [Fact]
    public async Task A_signal_in_the_middle_of_the_first_start_locks_nobody_out()
    {
        for (var delay = 0; delay < 1000; delay += 200)
        {
            await using var process = SluiceProcess.Start(_folder.Path);
            await Task.Delay(delay, TestContext.Current.CancellationToken);
            process.Terminate();
            await process.WaitForExitAsync();
        }
        await using var next = await StartAsync();
        using var client = next.ClientWithTestKey();
        using var answer = await CallAsync(client, stream: false);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_idle_server_stops_at_once()
    {
        await using var process = await StartAsync(("TimeoutSeconds", "300"));
        process.Terminate();
        (await process.WaitForExitAsync(TimeSpan.FromSeconds(60))).ShouldBe(0, process.Output + process.Errors);
    }

    private static async Task WaitUntilRefusedAsync(SluiceProcess process)
    {
        using var client = process.ClientWithTestKey();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var answer = await client.GetAsync(new Uri("/v1/models", UriKind.Relative), patience.Token);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                (await answer.Content.ReadAsStringAsync(patience.Token)).ShouldContain("\"code\":\"shutting_down\"");
                answer.Headers.ConnectionClose.ShouldBe(true);
                return;
            }
            await Task.Delay(10, patience.Token);
        }
    }
}
