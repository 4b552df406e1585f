using System.Text.Json.Nodes;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Tests.Sandbox;

public class ChatAnswerTests
{
    private const string DeepSeek = """{"model":"deepseek-chat","messages":[{"role":"user","content":"Why is the sea salty?"}]}""";
    private const string Thinking = """{"model":"deepseek-flash","messages":[{"role":"user","content":"What is 17 times 3?"}]}""";
    private const string OpenAI = """{"model":"gpt-4o-mini","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why is the sea salty?"}]}""";

    private readonly SandboxHarness _sandbox = new();

    private static string With(string body, string members) => body[..^1] + "," + members + "}";

    private static string[] Names(JsonNode? node) => [.. node!.AsObject().Select(m => m.Key)];

    private static string Content(JsonNode answer) => (string)answer["choices"]![0]!["message"]!["content"]!;

    [Fact]
    public async Task A_DeepSeek_model_answers_in_DeepSeeks_shape()
    {
        var answer = await _sandbox.ChatAsync(DeepSeek);

        Names(answer).ShouldBe(["id", "object", "created", "model", "choices", "usage", "system_fingerprint"]);
        Guid.TryParse((string)answer["id"]!, out _).ShouldBeTrue();
        ((string)answer["object"]!).ShouldBe("chat.completion");
        ((long)answer["created"]!).ShouldBe(SandboxHarness.Start.ToUnixTimeSeconds());
        ((string)answer["model"]!).ShouldBe("deepseek-chat");
        ((string)answer["system_fingerprint"]!).ShouldBe("fp_sluice_sandbox");
        Names(answer["choices"]![0]).ShouldBe(["index", "message", "logprobs", "finish_reason"]);
        Names(answer["choices"]![0]!["message"]).ShouldBe(["role", "content"]);
        Names(answer["usage"]).ShouldBe(["prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "prompt_cache_hit_tokens", "prompt_cache_miss_tokens"]);
    }

    [Fact]
    public async Task An_OpenAI_model_answers_in_OpenAIs_shape()
    {
        var answer = await _sandbox.ChatAsync(OpenAI);

        Names(answer).ShouldBe(["id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"]);
        ((string)answer["id"]!).ShouldStartWith("chatcmpl-");
        ((string)answer["system_fingerprint"]!).ShouldBe("fp_sluice_sandbox");
        Names(answer["choices"]![0]!["message"]).ShouldBe(["role", "content", "refusal", "annotations"]);
        Names(answer["usage"]).ShouldBe(["prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "completion_tokens_details"]);
    }

    [Fact]
    public async Task The_answer_says_that_it_is_the_sandbox_and_repeats_what_was_asked()
    {
        var content = Content(await _sandbox.ChatAsync(DeepSeek));

        content.ShouldContain("sandbox");
        content.ShouldContain("Why is the sea salty?");
    }

    [Fact]
    public async Task Chinese_is_answered_in_Chinese()
        => Content(await _sandbox.ChatAsync("""{"model":"deepseek-chat","messages":[{"role":"user","content":"海水为什么是咸的？"}]}""")).ShouldContain("没有调用真实模型");

    [Fact]
    public async Task Usage_counts_the_prompt_with_its_overhead_and_the_text_of_the_answer()
    {
        var answer = await _sandbox.ChatAsync(OpenAI);

        var prompt = TokenCounter.Count("Be brief.") + TokenCounter.Count("Why is the sea salty?") + 2 * 4 + 3;
        ((int)answer["usage"]!["prompt_tokens"]!).ShouldBe(prompt);
        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(TokenCounter.Count(Content(answer)));
        ((int)answer["usage"]!["total_tokens"]!).ShouldBe(prompt + TokenCounter.Count(Content(answer)));
    }

    [Fact]
    public async Task Usage_of_a_Chinese_answer_is_the_count_of_its_text()
    {
        var answer = await _sandbox.ChatAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"海水为什么是咸的？"}]}""", "tokens=700");

        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(700);
        TokenCounter.Count(Content(answer)).ShouldBeInRange(690, 710);
    }

    [Theory]
    [InlineData("""{"messages":[{"content":"Why is the sea salty?","role":"user"}],  "model":"deepseek-chat"}""")]
    [InlineData("""{"model":"deepseek-chat","messages":[{"role":"user","content":"Why is the \u0073ea salty?"}]}""")]
    [InlineData("""{"model":"deepseek-chat","messages":[{"role":"user","content":"Why is the sea salty?"}],"stream":false}""")]
    public async Task The_same_request_written_differently_gets_the_same_answer(string other)
        => (await _sandbox.SendAsync("/chat/completions", other)).Body.ShouldBe((await _sandbox.SendAsync("/chat/completions", DeepSeek)).Body);

    [Fact]
    public async Task Another_request_gets_another_id()
        => ((string)(await _sandbox.ChatAsync(With(DeepSeek, "\"temperature\":0.5")))["id"]!).ShouldNotBe((string)(await _sandbox.ChatAsync(DeepSeek))["id"]!);

    [Fact]
    public async Task A_thinking_model_shows_its_reasoning_and_counts_it()
    {
        var answer = await _sandbox.ChatAsync(Thinking);

        Names(answer["choices"]![0]!["message"]).ShouldBe(["role", "content", "reasoning_content"]);
        var reasoning = TokenCounter.Count((string)answer["choices"]![0]!["message"]!["reasoning_content"]!);
        ((int)answer["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!).ShouldBe(reasoning);
        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(reasoning + TokenCounter.Count(Content(answer)));
    }

    [Theory]
    [InlineData("deepseek-flash", "", true)]
    [InlineData("deepseek-v4-pro", "", true)]
    [InlineData("deepseek-reasoner", "", true)]
    [InlineData("deepseek-chat", "", false)]
    [InlineData("deepseek-chat", ",\"thinking\":{\"type\":\"enabled\"}", true)]
    [InlineData("deepseek-flash", ",\"thinking\":{\"type\":\"disabled\"}", false)]
    [InlineData("deepseek-flash", ",\"reasoning_effort\":\"none\"", false)]
    [InlineData("gpt-4o", "", false)]
    public async Task Thinking_is_on_as_the_model_and_the_request_say(string model, string members, bool thinks)
    {
        var answer = await _sandbox.ChatAsync($$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hi"}]{{members}}}""");

        (answer["choices"]![0]!["message"]!["reasoning_content"] is not null).ShouldBe(thinks);
    }

    [Fact]
    public async Task More_effort_is_more_reasoning()
    {
        var low = await _sandbox.ChatAsync(With(Thinking, "\"reasoning_effort\":\"low\""));
        var max = await _sandbox.ChatAsync(With(Thinking, "\"reasoning_effort\":\"max\""));

        ((int)max["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!).ShouldBeGreaterThan((int)low["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!);
    }

    [Theory]
    [InlineData("max_tokens", 5)]
    [InlineData("max_tokens", 40)]
    [InlineData("max_completion_tokens", 12)]
    public async Task An_answer_ends_at_the_limit_with_finish_reason_length(string member, int limit)
    {
        var answer = await _sandbox.ChatAsync(With(OpenAI, $"\"{member}\":{limit}"));

        ((string)answer["choices"]![0]!["finish_reason"]!).ShouldBe("length");
        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(limit);
        Math.Abs(TokenCounter.Count(Content(answer)) - limit).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Reasoning_alone_can_use_up_the_limit()
    {
        var answer = await _sandbox.ChatAsync(With(Thinking, "\"max_tokens\":6"));

        ((string)answer["choices"]![0]!["finish_reason"]!).ShouldBe("length");
        Content(answer).ShouldBe("");
        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(6);
    }

    [Theory]
    [InlineData("\"stop\":\"real model\"", "real model")]
    [InlineData("\"stop\":[\"nowhere in it\",\"inside the gateway\"]", "inside the gateway")]
    public async Task An_answer_ends_before_a_stop_string(string member, string stop)
    {
        var answer = await _sandbox.ChatAsync(With(OpenAI, member));

        Content(await _sandbox.ChatAsync(OpenAI)).ShouldStartWith(Content(answer) + stop);
        ((string)answer["choices"]![0]!["finish_reason"]!).ShouldBe("stop");
        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(TokenCounter.Count(Content(answer)));
    }

    [Fact]
    public async Task Several_choices_are_given_where_OpenAI_gives_them()
    {
        var answer = await _sandbox.ChatAsync(With(OpenAI, "\"n\":3"));

        answer["choices"]!.AsArray().Select(c => (int)c!["index"]!).ShouldBe([0, 1, 2]);
        answer["choices"]!.AsArray().Select(c => (string)c!["message"]!["content"]!).Distinct().Count().ShouldBeGreaterThan(1);
        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(answer["choices"]!.AsArray().Sum(c => TokenCounter.Count((string)c!["message"]!["content"]!)));
    }

    [Fact]
    public async Task JSON_mode_answers_with_an_object()
        => JsonNode.Parse(Content(await _sandbox.ChatAsync(With(DeepSeek, "\"response_format\":{\"type\":\"json_object\"}"))))!["asked"]!.ToString().ShouldBe("Why is the sea salty?");

    [Fact]
    public async Task A_JSON_schema_is_answered_with_an_instance_of_it()
    {
        var answer = await _sandbox.ChatAsync(With(OpenAI, """
            "response_format":{"type":"json_schema","json_schema":{"name":"verdict","strict":true,"schema":{"type":"object","properties":{
            "score":{"type":"integer","minimum":10},"mood":{"enum":["calm","rough"]},"tags":{"type":"array","items":{"type":"string"},"minItems":2}},
            "required":["score","mood","tags"],"additionalProperties":false}}}
            """));

        var instance = JsonNode.Parse(Content(answer))!;
        Names(instance).ShouldBe(["score", "mood", "tags"]);
        ((int)instance["score"]!).ShouldBe(10);
        ((string)instance["mood"]!).ShouldBe("calm");
        instance["tags"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_prefix_is_continued_not_repeated()
    {
        var answer = await _sandbox.ChatAsync("""{"model":"deepseek-chat","messages":[{"role":"user","content":"Write a C# hello world"},{"role":"assistant","content":"```csharp\n","prefix":true}],"stop":["```"]}""");

        Content(answer).ShouldNotContain("```");
        Content(answer).ShouldContain("//");
        ((string)answer["choices"]![0]!["finish_reason"]!).ShouldBe("stop");
    }

    [Fact]
    public async Task An_image_in_a_message_is_accepted_and_counted()
    {
        var answer = await _sandbox.ChatAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}}]}]}""");

        Content(answer).ShouldContain("One image");
        ((int)answer["usage"]!["prompt_tokens"]!).ShouldBe(TokenCounter.Count("What is this?") + 85 + 4 + 3);
    }

    [Fact]
    public async Task A_long_prompt_is_answered_off_the_calling_thread_and_counted_in_full()
    {
        var word = " word";
        var text = "word" + string.Concat(Enumerable.Repeat(word, 9_999));

        var answer = await _sandbox.ChatAsync($$"""{"model":"gpt-4.1","messages":[{"role":"user","content":"{{text}}"}]}""");

        ((int)answer["usage"]!["prompt_tokens"]!).ShouldBe(10_000 + 7);
    }

    [Fact]
    public async Task A_body_in_several_runs_is_one_request()
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(DeepSeek).AsMemory();
        var call = SandboxHarness.Call("/chat/completions", "");
        call.Body = new Sluice.Gateway.Requests.SplicedBody(bytes[..7], bytes[7..20], default, bytes[20..21], bytes[21..]);
        await using var reply = await _sandbox.Transport.SendAsync(call);

        (await SandboxHarness.ReadAsync(reply)).Body.ShouldBe((await _sandbox.SendAsync("/chat/completions", DeepSeek)).Body);
    }
}
