using Sluice.Gateway.Records;
using Sluice.Server.Tests.Gateway;
using Sluice.Testing;

namespace Sluice.Server.Tests.Faults;

/// <summary>Answers that begin well and do not end.</summary>
public sealed class BrokenAnswerTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    private static readonly string[] Beginning =
    [
        FakeReply.ChunkJson("""{"role":"assistant","content":""}"""),
        FakeReply.ChunkJson("""{"content":"The first half of an answer"}"""),
    ];

    public static TheoryData<string> Breaks => ["reset", "unterminated chunks", "early close"];

    private static FakeReply Broken(string how) => how switch
    {
        "reset" => FakeReply.Steps([FakeReply.Head(200, "text/event-stream"), .. Beginning.Select(FakeReply.Event), FakeReply.Pause(TimeSpan.FromMilliseconds(100)), FakeReply.ResetConnection()]),
        "unterminated chunks" => FakeReply.CutStream(Beginning),
        _ => FakeReply.Raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n" + string.Concat(Beginning.Select(e => $"data: {e}\n\n"))),
    };

    [Theory, MemberData(nameof(Breaks))]
    public async Task A_stream_that_breaks_ends_with_an_error_event_and_is_recorded_as_estimated(string how)
    {
        var before = await bed.CallsTodayAsync();
        var count = bed.Upstream.RequestCount;
        bed.Upstream.Enqueue(Broken(how));
        var answer = (await bed.ChatAsync(stream: true)).ShouldBreakOff("upstream_truncated");
        answer.Events.Take(2).ShouldBe(Beginning);
        answer.Events.Count.ShouldBe(3);
        answer.IsBroken.ShouldBeFalse();

        var record = await bed.RecordAsync(answer);
        (record.State, record.Status, record.ErrorCode, record.StoppedBy).ShouldBe((CallState.Estimated, 200, "upstream_truncated", "CallUpstream"));
        record.TokenSource.ShouldBe(TokenSource.Estimated);
        record.CompletionTokens.ShouldBe(6);
        record.PromptTokens.ShouldBeInRange(4, 40);
        record.FirstByteUs.ShouldBeGreaterThan(0);
        (await bed.CallsTodayAsync()).ShouldBe(before + 1);
        // Never a second attempt once something went out.
        (bed.Upstream.RequestCount - count).ShouldBe(1);
        await bed.ShouldServeAsync();
    }

    [Fact]
    public async Task A_stream_that_falls_silent_ends_with_an_error_event_after_the_idle_time()
    {
        bed.Upstream.Enqueue(FakeReply.StalledStream(Beginning));
        var answer = (await bed.ChatAsync(stream: true, "hasty")).ShouldBreakOff("upstream_timeout");
        answer.Events.Take(2).ShouldBe(Beginning);
        await bed.Upstream.Requests[^1].CallerLeft.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var record = await bed.RecordAsync(answer);
        (record.State, record.ErrorCode, record.TokenSource, record.CompletionTokens).ShouldBe((CallState.Estimated, "upstream_timeout", TokenSource.Estimated, 6));
        await bed.ShouldServeAsync();
    }

    [Fact]
    public async Task Usage_that_was_reported_before_the_break_is_what_is_recorded()
    {
        bed.Upstream.Enqueue(FakeReply.CutStream([.. Beginning, $$"""{"choices":[],"usage":{{FakeReply.UsageJson(20, 30)}}}"""]));
        var answer = (await bed.ChatAsync(stream: true)).ShouldBreakOff("upstream_truncated");
        var record = await bed.RecordAsync(answer);
        (record.State, record.TokenSource, record.PromptTokens, record.CompletionTokens).ShouldBe((CallState.Settled, TokenSource.Reported, 20, 30));
    }

    [Fact]
    public async Task A_break_after_the_end_mark_is_no_break()
    {
        bed.Upstream.Enqueue(FakeReply.CutStream([.. Beginning, FakeReply.ChunkJson("{}", "stop"), "[DONE]"], reset: true));
        var answer = await bed.ChatAsync(stream: true);
        answer.IsDone.ShouldBeTrue(answer.Body);
        var record = await bed.RecordAsync(answer);
        (record.State, record.ErrorCode, record.FinishReason).ShouldBe((CallState.Settled, null, "stop"));
    }

    [Fact]
    public async Task A_finished_answer_without_the_end_mark_gets_one()
    {
        bed.Upstream.Enqueue(FakeReply.Raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
            + string.Concat(Beginning.Append(FakeReply.ChunkJson("{}", "stop")).Select(e => $"data: {e}\n\n"))));
        var answer = await bed.ChatAsync(stream: true);
        answer.IsDone.ShouldBeTrue(answer.Body);
        (await bed.RecordAsync(answer)).ErrorCode.ShouldBeNull();
    }

    [Fact]
    public async Task A_stream_of_nothing_is_an_error_and_not_an_empty_answer()
    {
        bed.Upstream.Enqueue(FakeReply.Events([]));
        var answer = await bed.ChatAsync(stream: true);
        answer.ErrorCode.ShouldBe("upstream_truncated");
        answer.Body.ShouldNotContain("[DONE]");
        await bed.ShouldServeAsync();
    }

    public static TheoryData<string, string> HalfBodies => new()
    {
        { "reset", "upstream_truncated" }, { "short of its length", "upstream_truncated" }, { "unterminated chunks", "upstream_truncated" }, { "early close", "upstream_protocol_error" },
    };

    [Theory, MemberData(nameof(HalfBodies))]
    public async Task Half_a_json_answer_is_502_and_nothing_of_it_is_shown_or_counted(string how, string code)
    {
        var before = await bed.CallsTodayAsync();
        var whole = FakeReply.ChatJson("half of this will be missing");
        var half = whole[..(whole.Length / 2)];
        bed.Upstream.Enqueue(how switch
        {
            "reset" => FakeReply.Steps(FakeReply.Head(200, "application/json"), FakeReply.Chunk(half), FakeReply.Pause(TimeSpan.FromMilliseconds(100)), FakeReply.ResetConnection()),
            "unterminated chunks" => FakeReply.Steps(FakeReply.Head(200, "application/json"), FakeReply.Chunk(half), FakeReply.CloseConnection()),
            "short of its length" => FakeReply.Raw($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {whole.Length}\r\n\r\n{half}"),
            _ => FakeReply.Raw($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{half}"),
        });
        var answer = (await bed.ChatAsync()).ShouldBeRefused(502, code);
        answer.Body.ShouldNotContain("half of this");
        var record = await bed.RecordAsync(answer);
        (record.State, record.Status, record.ErrorCode).ShouldBe((CallState.Released, 502, code));
        (await bed.CallsTodayAsync()).ShouldBe(before);
        await bed.ShouldServeAsync();
    }

    [Fact]
    public async Task A_json_answer_that_falls_silent_is_504()
    {
        bed.Upstream.Enqueue(FakeReply.Steps(FakeReply.Head(200, "application/json"), FakeReply.Chunk("""{"id":"x","""), FakeReply.WaitUntilCallerLeaves()));
        var answer = (await bed.ChatAsync(model: "hasty")).ShouldBeRefused(504, "upstream_timeout");
        (await bed.RecordAsync(answer)).State.ShouldBe(CallState.Released);
        await bed.ShouldServeAsync();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_long_json_answer_that_breaks_never_looks_whole(bool reset)
    {
        // Longer than what is held back until it is known to be whole.
        var start = """{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":" """ + new string('x', 200_000);
        bed.Upstream.Enqueue(FakeReply.Steps(FakeReply.Head(200, "application/json"), FakeReply.Chunk(start), FakeReply.Pause(TimeSpan.FromMilliseconds(100)), reset ? FakeReply.ResetConnection() : FakeReply.CloseConnection()));
        var answer = await bed.ChatAsync();
        answer.Status.ShouldBe(200);
        answer.IsBroken.ShouldBeTrue("half an answer ended as a whole one does");
        var record = await bed.RecordAsync(answer);
        (record.State, record.Status, record.ErrorCode).ShouldBe((CallState.Estimated, 200, "upstream_truncated"));
        record.FirstByteUs.ShouldBeGreaterThan(0);
        await bed.ShouldServeAsync();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_long_json_answer_arrives_whole_and_with_its_usage(bool announced)
    {
        var json = FakeReply.ChatJson(new string('y', 300_000), 40, 50);
        bed.Upstream.Enqueue(announced ? FakeReply.Json(200, json) : FakeReply.Steps(FakeReply.Head(200, "application/json"), FakeReply.Chunk(json), FakeReply.EndChunks()));
        var answer = await bed.ChatAsync();
        answer.Body.ShouldBe(json);
        var record = await bed.RecordAsync(answer);
        (record.State, record.TokenSource, record.PromptTokens, record.CompletionTokens).ShouldBe((CallState.Settled, TokenSource.Reported, 40, 50));
        record.FirstByteUs.ShouldBeGreaterThan(0);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Blank_lines_before_an_answer_are_left_out_whatever_its_length(bool isLong)
    {
        // DeepSeek keeps waiting connections alive this way.
        var json = FakeReply.ChatJson(isLong ? new string('z', 200_000) : "short");
        var body = "\n\n\n" + json;
        bed.Upstream.Enqueue(FakeReply.Steps(FakeReply.Write($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {body.Length}\r\n\r\n\n\n"), FakeReply.Pause(TimeSpan.FromMilliseconds(100)), FakeReply.Write("\n" + json)));
        var answer = await bed.ChatAsync();
        answer.IsBroken.ShouldBeFalse();
        answer.Body.ShouldBe(json);
    }

    [Fact]
    public async Task A_stream_that_trickles_goes_on_as_long_as_it_is_not_silent()
    {
        var events = Enumerable.Range(0, 6).Select(i => FakeReply.ChunkJson($$"""{"content":"{{i}}"}""")).Append(FakeReply.ChunkJson("{}", "stop")).Append("[DONE]").ToArray();
        // Longer in all than the idle time of two seconds.
        bed.Upstream.Enqueue(FakeReply.Events(events, TimeSpan.FromMilliseconds(400)));
        var answer = await bed.ChatAsync(stream: true, "hasty");
        answer.Content.ShouldBe("012345");
        answer.IsDone.ShouldBeTrue();
    }
}
