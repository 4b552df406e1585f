using System.Text;
using Sluice.Gateway.Records;
using Sluice.Server.Tests.Gateway;
using Sluice.Testing;

namespace Sluice.Server.Tests.Faults;

/// <summary>Every form that server-sent events may take, and those they may not.</summary>
public sealed class OddStreamTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    private static readonly string Hello = FakeReply.ChunkJson("""{"content":"Héllo "}""");
    private static readonly string World = FakeReply.ChunkJson("""{"content":"wörld 😀"}""");
    private static readonly string Stop = FakeReply.ChunkJson("{}", "stop");
    private static readonly string Usage = $$"""{"id":"x","choices":[],"usage":{{FakeReply.UsageJson(21, 22)}}}""";

    private static readonly Dictionary<string, string> Forms = new()
    {
        ["LF"] = $"data: {Hello}\n\ndata: {World}\n\ndata: {Stop}\n\ndata: {Usage}\n\ndata: [DONE]\n\n",
        ["CRLF"] = $"data: {Hello}\r\n\r\ndata: {World}\r\n\r\ndata: {Stop}\r\n\r\ndata: {Usage}\r\n\r\ndata: [DONE]\r\n\r\n",
        ["CR"] = $"data: {Hello}\r\rdata: {World}\r\rdata: {Stop}\r\rdata: {Usage}\r\rdata: [DONE]\r\r",
        ["mixed ends"] = $"data: {Hello}\r\n\ndata: {World}\n\r\ndata: {Stop}\r\r\ndata: {Usage}\n\rdata: [DONE]\r\n\n",
        ["no space"] = $"data:{Hello}\n\ndata:{World}\n\ndata:{Stop}\n\ndata:{Usage}\n\ndata:[DONE]\n\n",
        ["byte order mark"] = $"\uFEFFdata: {Hello}\n\ndata: {World}\n\ndata: {Stop}\n\ndata: {Usage}\n\ndata: [DONE]\n\n",
        ["comments"] = $": hi\n\n:\ndata: {Hello}\n\n: keep-alive\n\n: keep-alive\ndata: {World}\n\ndata: {Stop}\n\ndata: {Usage}\n\ndata: [DONE]\n\n",
        ["other fields"] = $"retry: 1000\n\nevent: message\nid: 1\ndata: {Hello}\n\nid: 2\nunknown\ndata: {World}\n\ndata: {Stop}\nid\n\ndata: {Usage}\n\ndata: [DONE]\n\n",
        ["data of two lines"] = $"data: {Hello[..Hello.IndexOf(",\"object", StringComparison.Ordinal)]}\ndata: {Hello[Hello.IndexOf(",\"object", StringComparison.Ordinal)..]}\n\ndata: {World}\n\ndata: {Stop}\n\ndata: {Usage}\n\ndata: [DONE]\n\n",
        ["empty events"] = $"\n\n\ndata: {Hello}\n\n\n\n\ndata: {World}\n\ndata: {Stop}\n\ndata: {Usage}\n\ndata: [DONE]\n\n",
        ["empty data"] = $"data:\n\ndata: {Hello}\n\ndata\n\ndata: {World}\n\ndata: {Stop}\n\ndata: {Usage}\n\ndata: [DONE]\n\n",
        ["blanks around"] = $"data:  {Hello}  \n\ndata:\t{World}\n\ndata: {Stop}\n\ndata: {Usage} \n\ndata: [DONE] \n\n",
        ["usage on the last chunk"] = $"data: {Hello}\n\ndata: {World}\n\ndata: {Stop[..^1]},\"usage\":{FakeReply.UsageJson(21, 22)}}}\n\ndata: [DONE]\n\n",
        ["usage null everywhere"] = $"data: {Hello[..^1]},\"usage\":null}}\n\ndata: {{\"usage\" : null , {World[1..]}\n\ndata: {Stop[..^1]},\"usage\":null}}\n\ndata: {Usage}\n\ndata: [DONE]\n\n",
        ["usage null by another spelling"] = $"data: {Hello[..^1]},\"\\u0075sage\":null}}\n\ndata: {World}\n\ndata: {Stop}\n\ndata: {Usage}\n\ndata: [DONE]\n\n",
        ["more behind the end"] = $"data: {Hello}\n\ndata: {World}\n\ndata: {Stop}\n\ndata: {Usage}\n\ndata: [DONE]\n\ndata: <html>\n\n",
    };

    public static TheoryData<string> Names => [.. Forms.Keys];

    private static FakeReply Pieces(byte[] bytes, int size) => FakeReply.Steps(
        FakeReply.Head(200, "text/event-stream; charset=utf-8"),
        async (connection, cancellationToken) =>
        {
            for (var at = 0; at < bytes.Length; at += size)
            {
                var piece = bytes.AsMemory(at, Math.Min(size, bytes.Length - at));
                await connection.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"), .. piece.Span, 13, 10], cancellationToken);
                await Task.Yield();
            }
        },
        FakeReply.EndChunks());

    // What a reader that follows the standard to the letter makes of it.
    private static List<string> Data(string body)
    {
        var events = new List<string>();
        var data = new List<string>();
        foreach (var line in body.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n'))
        {
            if (line.Length == 0)
            {
                if (data.Count > 0 && string.Join('\n', data).Length > 0) events.Add(string.Join('\n', data).Trim());
                data.Clear();
            }
            else if (line == "data" || line.StartsWith("data:", StringComparison.Ordinal))
            {
                data.Add(line.Length <= 5 ? "" : line[5] == ' ' ? line[6..] : line[5..]);
            }
        }
        return events;
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Every_form_reaches_a_caller_who_asked_for_usage_with_the_same_meaning(string form)
    {
        var bytes = Encoding.UTF8.GetBytes(Forms[form]);
        var expected = Data(Forms[form]);
        expected = expected[..(expected.IndexOf("[DONE]") + 1)];
        foreach (var size in (int[])[1, 3, bytes.Length])
        {
            bed.Upstream.Enqueue(Pieces(bytes, size));
            var answer = await bed.ChatAsync(stream: true, more: ""","stream_options":{"include_usage":true}""");
            Data(answer.Body).ShouldBe(expected, $"pieces of {size}");
            var record = await bed.RecordAsync(answer);
            (record.State, record.TokenSource, record.PromptTokens, record.CompletionTokens, record.FinishReason).ShouldBe((CallState.Settled, TokenSource.Reported, 21, 22, "stop"));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Every_form_is_understood_for_a_caller_who_did_not_ask_for_usage(string form)
    {
        var bytes = Encoding.UTF8.GetBytes(Forms[form]);
        foreach (var size in (int[])[2, bytes.Length])
        {
            bed.Upstream.Enqueue(Pieces(bytes, size));
            var answer = await bed.ChatAsync(stream: true);
            var data = Data(answer.Body);
            data[^1].ShouldBe("[DONE]");
            data.Count.ShouldBe(4, answer.Body);
            data.ShouldNotContain(Usage);
            if (!form.Contains("spelling", StringComparison.Ordinal)) answer.Body.ShouldNotContain("null,\"usage\"");
            string.Concat(data[..3].Select(d => System.Text.Json.JsonDocument.Parse(d).RootElement.GetProperty("choices")[0].GetProperty("delta"))
                .Select(d => d.TryGetProperty("content", out var c) ? c.GetString() : "")).ShouldBe("Héllo wörld 😀");
            var record = await bed.RecordAsync(answer);
            (record.State, record.TokenSource, record.PromptTokens, record.CompletionTokens).ShouldBe((CallState.Settled, TokenSource.Reported, 21, 22));
        }
    }

    [Fact]
    public async Task A_stream_means_the_same_wherever_it_is_split()
    {
        var text = Forms["CRLF"];
        var bytes = Encoding.UTF8.GetBytes(text);
        var expected = Data(text);
        // Every split of the interesting stretch: the first event with its two-byte letter and its line ends.
        for (var split = 1; split < Encoding.UTF8.GetByteCount(Hello) + 14; split += 3)
        {
            var at = split;
            bed.Upstream.Enqueue(FakeReply.Steps(FakeReply.Head(200, "text/event-stream"), (c, t) => c.WriteAsync(Chunk(bytes[..at]), t), FakeReply.Pause(TimeSpan.FromMilliseconds(1)), (c, t) => c.WriteAsync(Chunk(bytes[at..]), t), FakeReply.EndChunks()));
            var answer = await bed.ChatAsync(stream: true, more: ""","stream_options":{"include_usage":true}""");
            Data(answer.Body).ShouldBe(expected, $"split at {split}");
        }

        static byte[] Chunk(byte[] piece) => [.. Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"), .. piece, 13, 10];
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("<html>")]
    [InlineData("""{"choices":[""")]
    [InlineData("""{"choices":[]}{"choices":[]}""")]
    [InlineData("[1,2,3]")]
    [InlineData("null")]
    public async Task What_is_not_a_json_object_ends_the_stream_with_an_error_event(string garbage)
    {
        bed.Upstream.Enqueue(FakeReply.Events([Hello, garbage, World, "[DONE]"]));
        var answer = (await bed.ChatAsync(stream: true)).ShouldBreakOff("upstream_protocol_error");
        answer.Events[0].ShouldBe(Hello);
        answer.Events.Count.ShouldBe(2, "garbage is never forwarded, nor what follows it");
        var record = await bed.RecordAsync(answer);
        (record.State, record.ErrorCode).ShouldBe((CallState.Estimated, "upstream_protocol_error"));
        await bed.ShouldServeAsync();
    }

    [Fact]
    public async Task An_event_without_end_is_cut_at_the_limit_and_holds_little_memory()
    {
        var piece = new byte[64 * 1024];
        Array.Fill(piece, (byte)'x');
        var sent = 0L;
        bed.Upstream.Enqueue(FakeReply.Steps(FakeReply.Head(200, "text/event-stream"), FakeReply.Event(Hello), async (connection, cancellationToken) =>
        {
            connection.CloseAfterReply = true;
            await connection.WriteAsync($"{64 << 20:x}\r\ndata: ", cancellationToken);
            for (; sent < 64 << 20; sent += piece.Length) await connection.WriteAsync(piece, cancellationToken);
        }));
        var answer = (await bed.ChatAsync(stream: true)).ShouldBreakOff("upstream_protocol_error");
        answer.Body.Length.ShouldBeLessThan(4096);
        sent.ShouldBeLessThan(32 << 20, "the rest was not read");
        (await bed.RecordAsync(answer)).ErrorCode.ShouldBe("upstream_protocol_error");
        await bed.ShouldServeAsync();
    }

    [Fact]
    public async Task An_upstreams_error_event_ends_the_stream_and_is_recorded()
    {
        bed.Upstream.Enqueue(FakeReply.Events([Hello, """{"error":{"message":"The engine is overloaded.","type":"server_error","param":null,"code":"engine_overloaded"}}""", "[DONE]"]));
        var answer = await bed.ChatAsync(stream: true);
        answer.Events.Count.ShouldBe(2);
        answer.Body.ShouldNotContain("[DONE]");
        answer.ErrorCode.ShouldBe("engine_overloaded");
        var record = await bed.RecordAsync(answer);
        (record.State, record.ErrorCode).ShouldBe((CallState.Estimated, "upstream_error"));
    }

    [Fact]
    public async Task An_error_event_that_repeats_the_upstreams_key_is_told_in_other_words()
    {
        bed.Upstream.Enqueue(FakeReply.Events([Hello, $$$"""{"error":{"message":"Bad key {{{GatewayBed.UpstreamKey}}}","type":"server_error","param":null,"code":"auth"}}""", "[DONE]"]));
        var answer = (await bed.ChatAsync(stream: true)).ShouldBreakOff("upstream_error");
        answer.Events.Count.ShouldBe(2);
        answer.Body.ShouldNotContain(GatewayBed.UpstreamKey);
    }
}
