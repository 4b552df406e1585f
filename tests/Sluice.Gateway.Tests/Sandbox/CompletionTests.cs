using System.Text.Json.Nodes;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Tests.Sandbox;

public class CompletionTests
{
    private const string Fim = """{"model":"deepseek-chat","prompt":"int Add(int a, int b) {","suffix":"}","max_tokens":64}""";
    private const string Plain = """{"model":"gpt-3.5-turbo-instruct","prompt":"Once upon a time","max_tokens":200}""";
    private readonly SandboxHarness _sandbox = new();

    private static string[] Names(JsonNode? node) => [.. node!.AsObject().Select(m => m.Key)];

    private async Task<JsonNode> CompleteAsync(string body, string path = "/completions")
    {
        var answer = await _sandbox.SendAsync(path, body);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    [Theory]
    [InlineData("/completions")]
    [InlineData("/beta/completions")]
    public async Task A_gap_is_filled_in_DeepSeeks_shape(string path)
    {
        var answer = await CompleteAsync(Fim, path);

        Names(answer).ShouldBe(["id", "object", "created", "model", "choices", "usage", "system_fingerprint"]);
        ((string)answer["object"]!).ShouldBe("text_completion");
        Guid.TryParse((string)answer["id"]!, out _).ShouldBeTrue();
        Names(answer["choices"]![0]).ShouldBe(["text", "index", "logprobs", "finish_reason"]);
        var text = (string)answer["choices"]![0]!["text"]!;
        text.ShouldContain("sandbox");
        ((int)answer["usage"]!["prompt_tokens"]!).ShouldBe(TokenCounter.Count("int Add(int a, int b) {") + TokenCounter.Count("}"));
        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(TokenCounter.Count(text));
    }

    [Fact]
    public async Task A_plain_completion_goes_on_from_the_prompt_in_OpenAIs_shape()
    {
        var answer = await CompleteAsync(Plain);

        ((string)answer["id"]!).ShouldStartWith("cmpl-");
        ((string)answer["choices"]![0]!["text"]!).ShouldContain("Once upon a time");
        ((string)answer["choices"]![0]!["finish_reason"]!).ShouldBe("stop");
    }

    [Fact]
    public async Task OpenAIs_default_is_sixteen_tokens()
    {
        var answer = await CompleteAsync("""{"model":"gpt-3.5-turbo-instruct","prompt":"Once upon a time"}""");

        ((int)answer["usage"]!["completion_tokens"]!).ShouldBe(16);
        ((string)answer["choices"]![0]!["finish_reason"]!).ShouldBe("length");
    }

    [Fact]
    public async Task Several_prompts_and_n_give_a_choice_each()
    {
        var answer = await CompleteAsync("""{"model":"gpt-3.5-turbo-instruct","prompt":["One","Two"],"n":2}""");

        answer["choices"]!.AsArray().Select(c => (int)c!["index"]!).ShouldBe([0, 1, 2, 3]);
    }

    [Theory]
    [InlineData("[1,2,3]", 3, 1)]
    [InlineData("[[1,2],[3,4,5]]", 5, 2)]
    public async Task Token_ids_are_a_prompt(string prompt, int tokens, int choices)
    {
        var answer = await CompleteAsync($"{{\"model\":\"gpt-3.5-turbo-instruct\",\"prompt\":{prompt}}}");

        ((int)answer["usage"]!["prompt_tokens"]!).ShouldBe(tokens);
        answer["choices"]!.AsArray().Count.ShouldBe(choices);
    }

    [Fact]
    public async Task Echo_gives_the_prompt_back_first()
        => ((string)(await CompleteAsync(Plain[..^1] + ",\"echo\":true}"))["choices"]![0]!["text"]!).ShouldStartWith("Once upon a time");

    [Theory]
    [InlineData(Fim, true)]
    [InlineData(Plain, false)]
    [InlineData("""{"model":"gpt-3.5-turbo-instruct","prompt":["One","Two"],"echo":true}""", false)]
    public async Task A_streamed_completion_says_the_same_as_the_JSON_one(string body, bool deepSeek)
    {
        var whole = await CompleteAsync(body);
        var events = (await _sandbox.SendAsync("/completions", body[..^1] + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}")).Events;

        foreach (var choice in whole["choices"]!.AsArray())
        {
            var parts = events.SelectMany(e => e["choices"]!.AsArray()).Where(c => (int)c!["index"]! == (int)choice!["index"]!).ToList();
            string.Concat(parts.Select(p => (string)p!["text"]!)).ShouldBe((string)choice!["text"]!);
            ((string)parts[^1]!["finish_reason"]!).ShouldBe((string)choice["finish_reason"]!);
        }

        events.Last()["usage"]!.ToJsonString().ShouldBe(whole["usage"]!.ToJsonString());
        events.Last()["choices"]!.AsArray().Count.ShouldBe(deepSeek ? 1 : 0);
        events.ShouldAllBe(e => e["object"]!.ToString() == "text_completion");
    }

    [Theory]
    [InlineData("""{"model":"deepseek-chat"}""", "prompt")]
    [InlineData("""{"model":"deepseek-chat","prompt":["a"]}""", "prompt")]
    [InlineData("""{"model":"deepseek-chat","prompt":"a","suffix":"b","echo":true}""", "echo")]
    [InlineData("""{"model":"gpt-3.5-turbo-instruct","prompt":[]}""", "prompt")]
    [InlineData("""{"model":"gpt-3.5-turbo-instruct","prompt":[1,"a"]}""", "prompt")]
    [InlineData("""{"model":"gpt-3.5-turbo-instruct","prompt":"a","n":3,"best_of":2}""", "best_of")]
    [InlineData("""{"model":"gpt-3.5-turbo-instruct","prompt":"a","stream_options":{}}""", "stream_options")]
    public async Task A_bad_completion_request_is_refused(string body, string says)
        => ((string)(await _sandbox.RefusedAsync(400, body, "/completions"))["message"]!).ShouldContain($"'{says}'");
}
