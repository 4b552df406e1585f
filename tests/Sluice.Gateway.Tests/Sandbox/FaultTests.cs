using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Sandbox;

public class FaultTests
{
    private const string Json = """{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}""";
    private const string Stream = """{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true}}""";
    private const string DeepSeek = """{"model":"deepseek-chat","messages":[{"role":"user","content":"Hi"}]}""";
    private readonly SandboxHarness _sandbox = new();

    [Theory]
    [InlineData(Json)]
    [InlineData(Stream)]
    public async Task A_status_is_answered_with_its_retry_after(string body)
    {
        var answer = await _sandbox.SendAsync("/chat/completions", body, "status=429;retry-after=2");

        answer.Status.ShouldBe(429);
        answer.RetryAfter.ShouldBe("2");
        answer.ContentType.ShouldBe("application/json");
        ((string)answer.Json["error"]!["code"]!).ShouldBe("rate_limit_exceeded");
    }

    [Theory]
    [InlineData(400, "invalid_request_error")]
    [InlineData(401, "authentication_error")]
    [InlineData(402, "unknown_error")]
    [InlineData(429, "rate_limit_error")]
    [InlineData(500, "server_error")]
    [InlineData(503, "service_unavailable_error")]
    public async Task A_DeepSeek_model_fails_in_DeepSeeks_words(int status, string type)
        => ((string)(await _sandbox.RefusedAsync(status, DeepSeek, directives: $"status={status}"))["type"]!).ShouldBe(type);

    [Fact]
    public async Task A_status_wins_over_a_body_that_is_no_request() => await _sandbox.RefusedAsync(500, "nonsense", directives: "status=500");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_stream_breaks_off_after_so_many_events(int events)
    {
        var answer = await _sandbox.SendAsync("/chat/completions", Stream, $"cut-after={events}");

        answer.DataLines.Count.ShouldBe(events);
        answer.Broken!.Failure.ShouldBe(UpstreamFailure.Truncated);
        answer.Broken.Dispatched.ShouldBeTrue();
    }

    [Fact]
    public async Task A_JSON_answer_breaks_off_before_its_announced_end()
    {
        var answer = await _sandbox.SendAsync("/chat/completions", Json, "cut-after=5");

        answer.Broken!.Failure.ShouldBe(UpstreamFailure.Truncated);
        ((long)answer.Bytes).ShouldBeLessThan(answer.ContentLength!.Value);
    }

    [Fact]
    public async Task A_stream_carries_one_malformed_event_and_goes_on()
    {
        var lines = (await _sandbox.SendAsync("/chat/completions", Stream, "malformed-after=2")).DataLines;

        Should.Throw<System.Text.Json.JsonException>(() => System.Text.Json.Nodes.JsonNode.Parse(lines[2]));
        lines[^1].ShouldBe("[DONE]");
        lines.Count(l => l.StartsWith("{\"id\":\"sandbox\"", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_malformed_JSON_answer_is_as_long_as_announced()
    {
        var answer = await _sandbox.SendAsync("/chat/completions", Json, "malformed-after=1");

        answer.Broken.ShouldBeNull();
        answer.ContentLength.ShouldBe(answer.Bytes);
        Should.Throw<System.Text.Json.JsonException>(() => answer.Json);
    }

    [Fact]
    public async Task A_stream_ends_with_an_error_event_and_without_DONE()
    {
        var answer = await _sandbox.SendAsync("/chat/completions", Stream, "error-after=3");

        answer.DataLines.Count.ShouldBe(4);
        answer.DataLines[3].ShouldStartWith("{\"error\":{\"message\":");
        answer.Broken.ShouldBeNull();
    }

    [Fact]
    public async Task A_JSON_answer_has_a_server_error_instead_of_an_error_event() => await _sandbox.RefusedAsync(500, Json, directives: "error-after=3");

    [Theory]
    [InlineData(Json)]
    [InlineData(Stream)]
    public async Task A_page_can_stand_where_an_answer_should(string body)
    {
        var answer = await _sandbox.SendAsync("/chat/completions", body, "html");

        answer.Status.ShouldBe(200);
        answer.ContentType.ShouldBe("text/html; charset=utf-8");
        answer.Body.ShouldStartWith("<!doctype html>");
    }

    [Fact]
    public async Task Usage_can_be_left_out()
    {
        (await _sandbox.ChatAsync(Json, "no-usage"))["usage"].ShouldBeNull();
        (await _sandbox.ChatEventsAsync(Stream, "no-usage")).ShouldAllBe(e => !e.AsObject().ContainsKey("usage"));
        (await _sandbox.ChatEventsAsync(DeepSeek[..^1] + ",\"stream\":true}", "no-usage")).ShouldAllBe(e => !e.AsObject().ContainsKey("usage"));
    }

    [Theory]
    [InlineData("huge-event", 8 << 20)]
    [InlineData("huge-event=5000", 5000)]
    public async Task One_event_can_be_huge(string directives, int bytes)
    {
        var lines = (await _sandbox.SendAsync("/chat/completions", Stream, directives)).DataLines;

        lines.Max(l => l.Length).ShouldBeInRange(bytes, bytes + 100);
        lines[^1].ShouldBe("[DONE]");
    }

    [Fact]
    public async Task A_JSON_answer_can_be_huge_and_still_valid()
    {
        var answer = await _sandbox.SendAsync("/chat/completions", Json, "huge-event=100000");

        answer.ContentLength.ShouldBe(answer.Bytes);
        answer.Body.Length.ShouldBeGreaterThan(100_000);
        answer.Json["id"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(1000)]
    public async Task The_length_of_an_answer_can_be_set(int tokens)
    {
        var answer = await _sandbox.ChatAsync(Json, $"tokens={tokens}");

        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(tokens);
        ((string)answer["choices"]![0]!["finish_reason"]!).ShouldBe("stop");
    }

    [Fact]
    public async Task Directives_combine()
    {
        var answer = await _sandbox.SendAsync("/chat/completions", Stream, " tokens=50 ; no-usage; cut-after=4 ;");

        answer.DataLines.Count.ShouldBe(4);
        answer.Body.ShouldNotContain("usage");
    }

    [Theory]
    [InlineData("explode", "explode")]
    [InlineData("status=200", "status")]
    [InlineData("status=abc", "status")]
    [InlineData("status", "status")]
    [InlineData("retry-after=2", "retry-after")]
    [InlineData("delay=forever", "delay")]
    [InlineData("delay=601s", "delay")]
    [InlineData("delay=-1", "delay")]
    [InlineData("pace=1000000", "pace")]
    [InlineData("tokens=0", "tokens")]
    [InlineData("tokens=70000", "tokens")]
    [InlineData("cut-after=-1", "cut-after")]
    [InlineData("no-usage=1", "no-usage")]
    [InlineData("html=yes", "html")]
    [InlineData("status=429;status=500", "status")]
    public async Task An_unknown_or_bad_directive_is_refused_and_named(string directives, string name)
    {
        var error = await _sandbox.RefusedAsync(400, Json, directives: directives);

        ((string)error["param"]!).ShouldBe("x-sluice-sandbox");
        ((string)error["code"]!).ShouldBe("invalid_sandbox_directive");
        ((string)error["message"]!).ShouldContain($"'{name}");
        ((string)error["message"]!).ShouldContain("cut-after=");
    }
}
