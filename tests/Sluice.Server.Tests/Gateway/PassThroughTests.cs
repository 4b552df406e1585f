using System.Text;
using System.Text.Json;
using Sluice.Gateway.Records;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>What goes through unchanged, what is put in, what is left out.</summary>
public sealed class PassThroughTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    private const string Odd = """{ "model" : "m" ,"messages":[{"role":"user","content":"é\u00e9 \"quoted\" 中文 😀 \ud83d\ude00 \u0000"}],  "temperature":1.0,"unknown_member":{"b":[1,2.50,1E2,null]}, "seed":9007199254740993 }""";

    [Fact]
    public async Task A_body_reaches_the_upstream_byte_for_byte()
    {
        var answer = await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions", Odd);
        answer.Status.ShouldBe(200, answer.Body);
        bed.Upstream.Requests[^1].BodyText.ShouldBe(Odd);
    }

    [Fact]
    public async Task An_alias_becomes_the_upstreams_name_and_nothing_else_changes()
    {
        var asked = Odd.Replace("\"m\"", "\"alias\"", StringComparison.Ordinal);
        var answer = await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions", asked);
        bed.Upstream.Requests[^1].BodyText.ShouldBe(Odd.Replace("\"m\"", "\"real-name\"", StringComparison.Ordinal));
        var record = await bed.RecordAsync(answer);
        (record.ModelAsked, record.ModelUsed).ShouldBe(("alias", "real-name"));
    }

    [Fact]
    public async Task Of_an_escaped_member_name_the_value_is_found_all_the_same()
    {
        await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions", """{"\u006dodel":"ali\u0061s","messages":[{"role":"user","content":"x"}]}""");
        bed.Upstream.Requests[^1].BodyText.ShouldBe("""{"\u006dodel":"real-name","messages":[{"role":"user","content":"x"}]}""");
    }

    public static TheoryData<string, string> Wishes => new()
    {
        { "", "\"stream_options\":{\"include_usage\":true}," },
        { "\"stream_options\":null,", "\"stream_options\":{\"include_usage\":true}," },
        { "\"stream_options\":{},", "\"stream_options\":{\"include_usage\":true}," },
        { "\"stream_options\":{ },", "\"stream_options\":{\"include_usage\":true }," },
        { "\"stream_options\":{\"include_usage\":false},", "\"stream_options\":{\"include_usage\":true}," },
        { "\"stream_options\":{\"include_usage\":null},", "\"stream_options\":{\"include_usage\":true}," },
        { "\"stream_options\":{\"include_obfuscation\":false},", "\"stream_options\":{\"include_usage\":true,\"include_obfuscation\":false}," },
    };

    [Theory, MemberData(nameof(Wishes))]
    public async Task Usage_is_asked_for_without_touching_the_rest(string callers, string upstreams)
    {
        foreach (var model in (string[])["m", "alias"])
        {
            var answer = await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions", $$"""{{{callers}}"stream":true,"model":"{{model}}","messages":[{"role":"user","content":"x"}]}""");
            answer.IsDone.ShouldBeTrue(answer.Body);
            answer.Body.ShouldNotContain("usage");
            bed.Upstream.Requests[^1].BodyText.ShouldBe($$"""{{{upstreams}}"stream":true,"model":"{{(model == "m" ? "m" : "real-name")}}","messages":[{"role":"user","content":"x"}]}""");
            var record = await bed.RecordAsync(answer);
            (record.State, record.TokenSource, record.PromptTokens, record.CompletionTokens).ShouldBe((CallState.Settled, TokenSource.Reported, 11, 7));
        }
    }

    [Fact]
    public async Task Who_asks_for_usage_gets_the_stream_as_the_upstream_sent_it()
    {
        var sent = new List<string> { FakeReply.ChunkJson("""{"content":"a"}""", withUsageMember: true), FakeReply.ChunkJson("{}", "stop", withUsageMember: true), $$"""{"choices":[],"usage":{{FakeReply.UsageJson(3, 4)}}}""", "[DONE]" };
        bed.Upstream.Enqueue(FakeReply.Events(sent));
        var answer = await bed.ChatAsync(stream: true, more: ""","stream_options":{"include_usage":true}""");
        answer.Body.ShouldBe(string.Concat(sent.Select(e => $"data: {e}\n\n")));
        bed.Upstream.Requests[^1].BodyText.ShouldBe(GatewayBed.ChatBody(stream: true, more: ""","stream_options":{"include_usage":true}"""));
    }

    [Fact]
    public async Task Deepseeks_usage_on_the_last_chunk_passes_and_is_recorded()
    {
        var last = FakeReply.ChunkJson("{}", "stop")[..^1] + ""","usage":{"prompt_tokens":30,"completion_tokens":12,"total_tokens":42,"prompt_cache_hit_tokens":20,"prompt_cache_miss_tokens":10,"completion_tokens_details":{"reasoning_tokens":5}}}""";
        bed.Upstream.Enqueue(FakeReply.Events([FakeReply.ChunkJson("""{"content":"a"}"""), last, "[DONE]"]));
        var answer = await bed.ChatAsync(stream: true);
        answer.Events[1].ShouldBe(last);
        var record = await bed.RecordAsync(answer);
        (record.TokenSource, record.PromptTokens, record.CachedTokens, record.CompletionTokens, record.ReasoningTokens).ShouldBe((TokenSource.Reported, 30, 20, 12, 5));
    }

    [Fact]
    public async Task Usage_of_a_json_answer_is_recorded_wherever_it_stands()
    {
        bed.Upstream.Enqueue(FakeReply.Json(200, """{"usage":{"prompt_tokens":8,"completion_tokens":9},"choices":[{"index":0,"message":{"role":"assistant","content":"the \"usage\": {\"prompt_tokens\":1}"},"finish_reason":"length"}]}"""));
        var record = await bed.RecordAsync(await bed.ChatAsync());
        (record.TokenSource, record.PromptTokens, record.CompletionTokens, record.FinishReason).ShouldBe((TokenSource.Reported, 8, 9, "length"));
    }

    [Fact]
    public async Task Only_headers_of_the_gateways_choice_reach_the_upstream()
    {
        await bed.ChatAsync(change: request =>
        {
            request.Headers.Add("Cookie", "session=1");
            request.Headers.Add("X-Forwarded-For", "203.0.113.9");
            request.Headers.Add("OpenAI-Organization", "org-1");
            request.Headers.Add("x-api-base", "http://elsewhere");
            request.Headers.Add("x-request-id", "chosen-by-caller");
            request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        });
        var sent = bed.Upstream.Requests[^1];
        sent.Headers.Select(h => h.Key.ToLowerInvariant()).Except(["host", "authorization", "user-agent", "content-type", "accept", "accept-encoding", "content-length", "x-request-id", "via", "traceparent"]).ShouldBeEmpty();
        sent.Header("authorization").ShouldBe("Bearer " + GatewayBed.UpstreamKey);
        sent.Header("x-request-id")!.ShouldStartWith("req_");
        sent.Header("traceparent").ShouldBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    [Theory]
    [InlineData("not a traceparent"), InlineData("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    public async Task A_traceparent_of_another_form_is_not_passed_on(string value)
    {
        (await bed.ChatAsync(change: r => r.Headers.TryAddWithoutValidation("traceparent", value))).Status.ShouldBe(200);
        bed.Upstream.Requests[^1].Header("traceparent").ShouldBeNull();
    }

    [Theory]
    [InlineData("/v1/chat/completions", "/v1/chat/completions"), InlineData("/chat/completions", "/v1/chat/completions"), InlineData("/beta/chat/completions", "/v1/chat/completions"),
     InlineData("/v1/completions", "/v1/completions"), InlineData("/completions", "/v1/completions"), InlineData("/beta/completions", "/v1/completions"),
     InlineData("/v1/embeddings", "/v1/embeddings"), InlineData("/embeddings", "/v1/embeddings"), InlineData("/v1/images/generations", "/v1/images/generations"), InlineData("/images/generations", "/v1/images/generations")]
    public async Task Every_address_leads_to_its_endpoint(string path, string upstream)
    {
        bed.Upstream.Enqueue(FakeReply.Json(200, """{"object":"list","data":[],"usage":{"prompt_tokens":2,"total_tokens":2}}"""));
        var body = path.Contains("chat", StringComparison.Ordinal) ? GatewayBed.ChatBody() : """{"model":"m","prompt":"x","input":"x"}""";
        var answer = await bed.SendAsync(HttpMethod.Post, path, body);
        answer.Status.ShouldBe(200, answer.Body);
        bed.Upstream.Requests[^1].Target.ShouldBe(upstream);
        (await bed.RecordAsync(answer)).State.ShouldBe(CallState.Settled);
    }

    [Fact]
    public async Task Requests_keep_their_answers_when_many_run_at_once()
    {
        bed.Upstream.Choose = request =>
        {
            var content = request.Json.GetProperty("messages")[0].GetProperty("content").GetString()!;
            return request.Json.TryGetProperty("stream", out var s) && s.GetBoolean() ? FakeReply.ChatStream([content]) : FakeReply.Chat(content);
        };
        try
        {
            await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, _) =>
            {
                var answer = await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions", $$"""{"model":"m","stream":{{(i % 2 == 0 ? "true" : "false")}},"messages":[{"role":"user","content":"number {{i}}"}]}""");
                answer.Content.ShouldBe($"number {i}");
            });
        }
        finally
        {
            bed.Upstream.Choose = null;
        }
    }
}
