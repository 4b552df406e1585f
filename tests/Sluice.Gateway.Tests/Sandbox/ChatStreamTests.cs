using System.Text.Json.Nodes;

namespace Sluice.Gateway.Tests.Sandbox;

public class ChatStreamTests
{
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Why is the sea salty? 海水为什么是咸的 🙂 \\\"quoted\\\"\"}]";
    private readonly SandboxHarness _sandbox = new();

    private static string Body(string model, string members = "") => $"{{\"model\":\"{model}\",{Messages}{members}}}";

    private static string[] Names(JsonNode? node) => [.. node!.AsObject().Select(m => m.Key)];

    [Theory]
    [InlineData("deepseek-chat", "")]
    [InlineData("deepseek-flash", "")]
    [InlineData("deepseek-flash", ",\"max_tokens\":70")]
    [InlineData("gpt-4o", "")]
    [InlineData("gpt-4o", ",\"stop\":\"sandbox\"")]
    [InlineData("gpt-4o", ",\"response_format\":{\"type\":\"json_object\"}")]
    public async Task A_stream_says_the_same_as_the_JSON_answer(string model, string members)
    {
        var whole = await _sandbox.ChatAsync(Body(model, members));
        var events = await _sandbox.ChatEventsAsync(Body(model, members + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

        var gathered = Gathered.From(events);
        var message = whole["choices"]![0]!["message"]!;
        gathered.Content.ToString().ShouldBe((string)message["content"]!);
        gathered.Reasoning.ToString().ShouldBe((string?)message["reasoning_content"] ?? "");
        gathered.FinishReason.ShouldBe((string)whole["choices"]![0]!["finish_reason"]!);
        gathered.Usage!.ToJsonString().ShouldBe(whole["usage"]!.ToJsonString());
        events.Select(e => (string)e["id"]!).Distinct().ShouldBe([(string)whole["id"]!]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(300)]
    [InlineData(65_536)]
    public async Task A_stream_is_the_same_bytes_however_it_is_read(int bufferSize)
    {
        var body = Body("deepseek-flash", ",\"stream\":true");

        (await _sandbox.SendAsync("/chat/completions", body, bufferSize: bufferSize)).Body.ShouldBe((await _sandbox.SendAsync("/chat/completions", body)).Body);
    }

    [Fact]
    public async Task A_stream_is_announced_as_events()
    {
        var answer = await _sandbox.SendAsync("/chat/completions", Body("gpt-4o", ",\"stream\":true"));

        answer.ContentType.ShouldBe("text/event-stream; charset=utf-8");
        answer.ContentLength.ShouldBeNull();
    }

    [Fact]
    public async Task DeepSeek_puts_usage_on_the_finish_event_unasked_and_nowhere_else()
    {
        var events = await _sandbox.ChatEventsAsync(Body("deepseek-chat", ",\"stream\":true"));

        events.SkipLast(1).ShouldAllBe(e => !e.AsObject().ContainsKey("usage"));
        events[^1]["choices"]![0]!["finish_reason"]!.ToString().ShouldBe("stop");
        events[^1]["choices"]![0]!["delta"]!.ToJsonString().ShouldBe("{\"content\":\"\"}");
        Names(events[^1]["usage"]).ShouldContain("prompt_cache_miss_tokens");
    }

    [Fact]
    public async Task DeepSeek_shows_null_usage_before_the_end_where_usage_was_asked_for()
    {
        var events = await _sandbox.ChatEventsAsync(Body("deepseek-chat", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

        events.SkipLast(1).ShouldAllBe(e => e.AsObject().ContainsKey("usage") && e["usage"] == null);
        events.ShouldAllBe(e => e["choices"]!.AsArray().Count == 1);
    }

    [Fact]
    public async Task OpenAI_sends_no_usage_unasked()
        => (await _sandbox.ChatEventsAsync(Body("gpt-4o", ",\"stream\":true"))).ShouldAllBe(e => !e.AsObject().ContainsKey("usage"));

    [Fact]
    public async Task OpenAI_sends_usage_in_an_event_without_choices_where_asked()
    {
        var events = await _sandbox.ChatEventsAsync(Body("gpt-4o", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

        events.SkipLast(1).ShouldAllBe(e => e.AsObject().ContainsKey("usage") && e["usage"] == null && e["choices"]!.AsArray().Count == 1);
        events[^1]["choices"]!.AsArray().ShouldBeEmpty();
        ((int)events[^1]["usage"]!["completion_tokens"]!).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task OpenAI_opens_with_the_role_and_finishes_with_an_empty_delta()
    {
        var events = await _sandbox.ChatEventsAsync(Body("gpt-4o", ",\"stream\":true"));

        Names(events[0]).ShouldBe(["id", "object", "created", "model", "service_tier", "system_fingerprint", "choices"]);
        ((string)events[0]["object"]!).ShouldBe("chat.completion.chunk");
        events[0]["choices"]![0]!["delta"]!.ToJsonString().ShouldBe("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}");
        events[1]["choices"]![0]!["delta"]!.AsObject().Select(m => m.Key).ShouldBe(["content"]);
        events[^1]["choices"]![0]!["delta"]!.ToJsonString().ShouldBe("{}");
    }

    [Fact]
    public async Task A_thinking_stream_gives_all_reasoning_before_the_text()
    {
        var deltas = (await _sandbox.ChatEventsAsync(Body("deepseek-flash", ",\"stream\":true"))).Select(e => e["choices"]![0]!["delta"]!).ToList();

        deltas[0].ToJsonString().ShouldBe("{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"\"}");
        Names(deltas[1]).ShouldBe(["content", "reasoning_content"]);
        deltas[1]["content"].ShouldBeNull();
        deltas[^1].ToJsonString().ShouldBe("{\"content\":\"\",\"reasoning_content\":null}");
        var firstText = deltas.FindIndex(d => d["content"] is not null);
        deltas.Skip(firstText).ShouldAllBe(d => d["reasoning_content"] == null);
    }

    [Fact]
    public async Task Pieces_are_about_a_token_long()
    {
        var events = await _sandbox.ChatEventsAsync(Body("gpt-4o", ",\"stream\":true"), "tokens=400");

        events.Count.ShouldBeInRange(200, 700);
    }

    [Fact]
    public async Task Streamed_choices_take_turns_and_are_the_JSON_ones()
    {
        var whole = await _sandbox.ChatAsync(Body("gpt-4o", ",\"n\":2"));
        var events = await _sandbox.ChatEventsAsync(Body("gpt-4o", ",\"n\":2,\"stream\":true"));

        for (var i = 0; i < 2; i++) Gathered.From(events, i).Content.ToString().ShouldBe((string)whole["choices"]![i]!["message"]!["content"]!);
        events.Take(4).Select(e => (int)e["choices"]![0]!["index"]!).ShouldBe([0, 1, 0, 1]);
    }

    [Fact]
    public async Task A_very_long_answer_needs_no_memory_of_its_length()
    {
        await using var reply = await _sandbox.Transport.SendAsync(SandboxHarness.Call("/chat/completions", Body("gpt-4o", ",\"stream\":true,\"max_tokens\":100000"), "tokens=50000"));
        var buffer = new byte[4096];
        for (var i = 0; i < 50; i++) await reply.ReadAsync(buffer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = 0;
        for (var i = 0; i < 500; i++) read += await reply.ReadAsync(buffer);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        read.ShouldBe(500 * buffer.Length);
        // A debug build has one state machine a read.
        allocated.ShouldBeLessThan(500 * 128);
    }
}
