using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway;
using Sluice.Gateway.Records;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>Upstreams that think for long, callers who do not wait, callers who do not read.</summary>
public sealed class KeepAliveTests(KeepAliveTests.Bed bed) : IClassFixture<KeepAliveTests.Bed>
{
    [Fact]
    public async Task Comments_are_sent_while_the_upstream_has_not_answered()
    {
        var gate = new TaskCompletionSource();
        bed.Upstream.Enqueue(FakeReply.ChatStream(["Hello"]).When(gate.Task));
        using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl);
        await caller.PostAsync("/v1/chat/completions", bed.Key, GatewayBed.ChatBody(stream: true));
        (await caller.UntilAsync(": keep-alive\n\n")).ShouldBeTrue();
        caller.Received.ShouldStartWith("HTTP/1.1 200 OK\r\n");
        caller.Received.ShouldContain("text/event-stream");
        gate.SetResult();
        (await caller.UntilAsync("data: [DONE]")).ShouldBeTrue(caller.Received);
        caller.Received.ShouldContain("Hello");
    }

    [Fact]
    public async Task Comments_are_sent_in_the_middle_of_an_answer_and_between_events_only()
    {
        var gate = new TaskCompletionSource();
        var chunk = FakeReply.ChunkJson("""{"content":"half and half"}""");
        // Half an event is waiting to be completed while the comments go out.
        bed.Upstream.Enqueue(FakeReply.Steps(FakeReply.Head(200, "text/event-stream"), FakeReply.Event(FakeReply.ChunkJson("""{"content":"first "}""")), FakeReply.Chunk($"data: {chunk[..30]}"), FakeReply.WaitFor(gate.Task),
            FakeReply.Chunk($"{chunk[30..]}\n\n"), FakeReply.Event(FakeReply.ChunkJson("{}", "stop")), FakeReply.Event("[DONE]"), FakeReply.EndChunks()));
        using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl);
        await caller.PostAsync("/v1/chat/completions", bed.Key, GatewayBed.ChatBody(stream: true));
        (await caller.UntilAsync(": keep-alive\n\n")).ShouldBeTrue();
        gate.SetResult();
        (await caller.UntilAsync("data: [DONE]")).ShouldBeTrue(caller.Received);
        caller.Received.ShouldContain($"data: {chunk}\n\n");
    }

    [Fact]
    public async Task A_failure_after_comments_is_an_error_event()
    {
        var gate = new TaskCompletionSource();
        bed.Upstream.Enqueue(FakeReply.Error(500).When(gate.Task));
        using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl);
        await caller.PostAsync("/v1/chat/completions", bed.Key, GatewayBed.ChatBody(stream: true));
        (await caller.UntilAsync(": keep-alive\n\n")).ShouldBeTrue();
        gate.SetResult();
        (await caller.UntilAsync("\r\n0\r\n\r\n")).ShouldBeTrue(caller.Received);
        caller.Received.ShouldContain("data: {\"error\":{");
        caller.Received.ShouldContain("\"code\":\"upstream_error\"");
        caller.Received.ShouldNotContain("[DONE]");
    }

    [Fact]
    public async Task A_json_answer_gets_no_comments()
    {
        bed.Upstream.Enqueue(FakeReply.Chat("slow").After(TimeSpan.FromMilliseconds(800)));
        var answer = await bed.ChatAsync();
        answer.Body.ShouldStartWith("{");
        answer.Content.ShouldBe("slow");
    }

    public static TheoryData<string, bool> Leavings => new() { { "before the head", false }, { "before the head", true }, { "after one event", false }, { "after one event", true } };

    [Theory, MemberData(nameof(Leavings))]
    public async Task A_caller_who_leaves_a_stream_cancels_the_upstream_and_is_recorded(string when, bool reset)
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"leaver","kind":"production"}""");
        bed.Upstream.Enqueue(when == "before the head" ? FakeReply.Silent() : FakeReply.StalledStream([FakeReply.ChunkJson("""{"content":"The first half of an answer"}""")]));
        var count = bed.Upstream.RequestCount;
        using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl);
        await caller.PostAsync("/v1/chat/completions", key, GatewayBed.ChatBody(stream: true));
        await GatewayBed.EventuallyAsync(() => bed.Upstream.RequestCount > count, "the call reached the upstream");
        if (when != "before the head") await caller.UntilAsync("first half");
        if (reset) caller.Reset();
        else caller.HangUp();
        await bed.Upstream.Requests[^1].CallerLeft.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var record = await bed.OnlyRecordAsync(id);
        (record.State, record.ErrorCode, record.TokenSource).ShouldBe((CallState.Estimated, "caller_left", TokenSource.Estimated));
        record.PromptTokens.ShouldBeGreaterThan(0);
        record.CompletionTokens.ShouldBe(when == "before the head" ? 0 : 6);
        (await bed.CallsTodayAsync(id)).ShouldBe(1);
        await bed.ShouldServeAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_caller_who_leaves_a_json_call_cancels_the_upstream_and_is_recorded(bool midBody)
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"leaver","kind":"production"}""");
        bed.Upstream.Enqueue(midBody ? FakeReply.Steps(FakeReply.Head(200, "application/json"), FakeReply.Chunk("{"), FakeReply.WaitUntilCallerLeaves()) : FakeReply.Silent());
        var count = bed.Upstream.RequestCount;
        using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl);
        await caller.PostAsync("/v1/chat/completions", key, GatewayBed.ChatBody());
        await GatewayBed.EventuallyAsync(() => bed.Upstream.RequestCount > count, "the call reached the upstream");
        caller.HangUp();
        await bed.Upstream.Requests[^1].CallerLeft.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var record = await bed.OnlyRecordAsync(id);
        (record.State, record.Status, record.ErrorCode, record.TokenSource).ShouldBe((CallState.Estimated, 499, "caller_left", TokenSource.Estimated));
        (await bed.CallsTodayAsync(id)).ShouldBe(1);
        await bed.ShouldServeAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_caller_who_leaves_while_sending_is_recorded_and_reaches_no_upstream(bool reset)
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"leaver","kind":"production"}""");
        var count = bed.Upstream.RequestCount;
        using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl);
        await caller.SendAsync($"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"model\":");
        await GatewayBed.EventuallyAsync(() => bed.InFlight > 0, "the call is under way");
        if (reset) caller.Reset();
        else caller.HangUp();
        var record = await bed.OnlyRecordAsync(id);
        // Who only stops sending may still read what is wrong with half a body.
        (record.State, record.Status, record.ErrorCode).ShouldBe(reset ? (CallState.Refused, 499, "caller_left") : (CallState.Refused, 400, "invalid_json"));
        bed.Upstream.RequestCount.ShouldBe(count);
        (await bed.CallsTodayAsync(id)).ShouldBe(0);
        await bed.ShouldServeAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_caller_who_never_reads_is_cut_off(bool stream)
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"deaf","kind":"production"}""");
        var chunk = FakeReply.ChunkJson($$"""{"content":"{{new string('x', 30_000)}}"}""");
        var sent = 0;
        bed.Upstream.Enqueue(FakeReply.Steps(FakeReply.Head(200, stream ? "text/event-stream" : "application/json"), async (connection, cancellationToken) =>
        {
            connection.CloseAfterReply = true;
            if (!stream) await FakeReply.Chunk("""{"choices":[{"index":0,"message":{"role":"assistant","content":" """)(connection, cancellationToken);
            for (; !connection.CallerLeft.IsCompleted && sent < 100_000; sent++)
                await (stream ? FakeReply.Event(chunk) : FakeReply.Chunk(chunk.Replace('"', ' ')))(connection, cancellationToken);
        }));
        using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl, receiveBuffer: 4096);
        await caller.PostAsync("/v1/chat/completions", key, GatewayBed.ChatBody(stream: stream));
        var record = await bed.OnlyRecordAsync(id);
        (record.State, record.ErrorCode).ShouldBe((CallState.Estimated, "caller_left"));
        record.CompletionTokens.ShouldBeGreaterThan(0);
        sent.ShouldBeLessThan(10_000, "what the caller does not take is not read either");
        await bed.ShouldServeAsync();
    }

    public sealed class Bed : GatewayBed
    {
        protected override SluiceServerOptions Options() => base.Options() with
        {
            Services = services =>
            {
                var given = (GatewayOptions)services.Single(s => s.ServiceType == typeof(GatewayOptions)).ImplementationInstance!;
                services.AddSingleton(new GatewayOptions
                {
                    ClientAddress = given.ClientAddress, Ledger = given.Ledger, InstanceName = given.InstanceName, Prices = given.Prices,
                    KeepAliveInterval = TimeSpan.FromMilliseconds(150), WriteTimeout = TimeSpan.FromSeconds(1),
                });
            },
        };
    }
}
