using System.Text.Json.Nodes;

namespace Sluice.Gateway.Tests.Sandbox;

public class ChatToolTests
{
    private const string Weather = """{"type":"function","function":{"name":"get_weather","description":"Current weather for a city","parameters":{"type":"object","properties":{"city":{"type":"string"},"unit":{"type":"string","enum":["celsius","fahrenheit"]}},"required":["city"],"additionalProperties":false}}}""";
    private const string Time = """{"type":"function","function":{"name":"lookupTime","parameters":{"type":"object","properties":{"zone":{"type":"string"}},"required":["zone"]}}}""";
    private readonly SandboxHarness _sandbox = new();

    private static string Body(string model, string text, string members = "", string tools = Weather)
        => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}],"tools":[{{tools}}]{{members}}}""";

    private static JsonArray Calls(JsonNode answer) => answer["choices"]![0]!["message"]!["tool_calls"]!.AsArray();

    private static JsonNode Arguments(JsonNode call) => JsonNode.Parse((string)call["function"]!["arguments"]!)!;

    [Fact]
    public async Task A_question_that_names_a_tools_subject_calls_it()
    {
        var answer = await _sandbox.ChatAsync(Body("gpt-4o", "What is the weather in Oslo?"));

        ((string)answer["choices"]![0]!["finish_reason"]!).ShouldBe("tool_calls");
        answer["choices"]![0]!["message"]!["content"].ShouldBeNull();
        var call = Calls(answer).ShouldHaveSingleItem()!;
        call.AsObject().Select(m => m.Key).ShouldBe(["id", "type", "function"]);
        ((string)call["id"]!).ShouldStartWith("call_");
        ((string)call["function"]!["name"]!).ShouldBe("get_weather");
        Arguments(call).ToJsonString().ShouldBe("""{"city":"Oslo"}""");
    }

    [Fact]
    public async Task DeepSeek_numbers_its_calls_and_leaves_the_content_empty()
    {
        var answer = await _sandbox.ChatAsync(Body("deepseek-chat", "Weather in Oslo?"));

        ((string)answer["choices"]![0]!["message"]!["content"]!).ShouldBe("");
        var call = Calls(answer).ShouldHaveSingleItem()!;
        call.AsObject().Select(m => m.Key).ShouldBe(["index", "id", "type", "function"]);
        ((string)call["id"]!).ShouldStartWith("call_00_");
    }

    [Fact]
    public async Task A_question_about_something_else_is_answered_in_text()
        => (await _sandbox.ChatAsync(Body("gpt-4o", "Why is the sea salty?")))["choices"]![0]!["message"]!["tool_calls"].ShouldBeNull();

    [Fact]
    public async Task Two_names_are_two_calls()
    {
        var calls = Calls(await _sandbox.ChatAsync(Body("deepseek-chat", "Weather in Oslo and New York?")));

        calls.Select(c => (string)Arguments(c!)["city"]!).ShouldBe(["Oslo", "New York"]);
        calls.Select(c => ((string)c!["id"]!)[..8]).ShouldBe(["call_00_", "call_01_"]);
    }

    [Fact]
    public async Task Two_matching_tools_are_called_in_parallel()
        => Calls(await _sandbox.ChatAsync(Body("gpt-4o", "weather and time please", tools: Weather + "," + Time))).Select(c => (string)c!["function"]!["name"]!).ShouldBe(["get_weather", "lookupTime"]);

    [Fact]
    public async Task Parallel_calls_can_be_switched_off()
        => Calls(await _sandbox.ChatAsync(Body("gpt-4o", "Weather in Oslo and Lima, and the time?", ",\"parallel_tool_calls\":false", Weather + "," + Time))).Count.ShouldBe(1);

    [Fact]
    public async Task Required_calls_a_tool_whatever_the_question()
        => Calls(await _sandbox.ChatAsync(Body("gpt-4o", "Hello", ",\"tool_choice\":\"required\""))).Count.ShouldBe(1);

    [Fact]
    public async Task A_named_tool_is_the_one_called()
        => ((string)Calls(await _sandbox.ChatAsync(Body("gpt-4o", "weather?", """,  "tool_choice":{"type":"function","function":{"name":"lookupTime"}}""", Weather + "," + Time)))[0]!["function"]!["name"]!).ShouldBe("lookupTime");

    [Fact]
    public async Task None_calls_no_tool()
        => (await _sandbox.ChatAsync(Body("gpt-4o", "Weather in Oslo?", ",\"tool_choice\":\"none\"")))["choices"]![0]!["message"]!["tool_calls"].ShouldBeNull();

    [Theory]
    [InlineData("deepseek-chat")]
    [InlineData("deepseek-flash")]
    [InlineData("gpt-4o")]
    public async Task Streamed_calls_are_the_JSON_ones(string model)
    {
        var whole = await _sandbox.ChatAsync(Body(model, "Weather in Oslo and Lima?"));
        var gathered = Gathered.From(await _sandbox.ChatEventsAsync(Body(model, "Weather in Oslo and Lima?", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")));

        gathered.Calls.Values.Select(c => (c.Id, c.Name, c.Arguments.ToString())).ShouldBe(Calls(whole).Select(c => ((string)c!["id"]!, (string)c["function"]!["name"]!, (string)c["function"]!["arguments"]!)));
        gathered.FinishReason.ShouldBe("tool_calls");
        gathered.Usage!.ToJsonString().ShouldBe(whole["usage"]!.ToJsonString());
        gathered.Content.ToString().ShouldBe("");
    }

    [Fact]
    public async Task The_first_delta_of_a_call_has_its_name_and_later_ones_only_arguments()
    {
        var deltas = (await _sandbox.ChatEventsAsync(Body("gpt-4o", "Weather in Oslo?", ",\"stream\":true"))).Select(e => e["choices"]![0]!["delta"]!["tool_calls"]?[0]).Where(c => c is not null).ToList();

        deltas[0]!.AsObject().Select(m => m.Key).ShouldBe(["index", "id", "type", "function"]);
        ((string)deltas[0]!["function"]!["arguments"]!).ShouldBe("");
        deltas.Skip(1).ShouldNotBeEmpty();
        deltas.Skip(1).ShouldAllBe(d => d!.AsObject().Select(m => m.Key).SequenceEqual(new[] { "index", "function" }) && d["function"]!.AsObject().Count == 1);
    }

    [Theory]
    [InlineData("deepseek-chat", "")]
    [InlineData("deepseek-flash", "\"reasoning_content\":\"One call.\",")]
    [InlineData("gpt-4o", "")]
    public async Task A_tools_result_is_answered_in_text_that_uses_it(string model, string reasoning)
    {
        var answer = await _sandbox.ChatAsync($$$"""
            {"model":"{{{model}}}","tools":[{{{Weather}}}],"messages":[{"role":"user","content":"Weather in Oslo?"},
            {"role":"assistant","content":"",{{{reasoning}}}"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}]},
            {"role":"tool","tool_call_id":"call_1","content":"{\"temp_c\":4}"}]}
            """);

        ((string)answer["choices"]![0]!["finish_reason"]!).ShouldBe("stop");
        ((string)answer["choices"]![0]!["message"]!["content"]!).ShouldContain("{\"temp_c\":4}");
    }

    [Fact]
    public async Task Arguments_are_cut_at_the_token_limit()
        => ((string)(await _sandbox.ChatAsync(Body("gpt-4o", "Weather in Oslo?", ",\"max_tokens\":9")))["choices"]![0]!["finish_reason"]!).ShouldBe("length");

    [Fact]
    public async Task Tool_definitions_count_as_prompt()
    {
        var without = (int)(await _sandbox.ChatAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}]}"""))["usage"]!["prompt_tokens"]!;

        ((int)(await _sandbox.ChatAsync(Body("gpt-4o", "Hello")))["usage"]!["prompt_tokens"]!).ShouldBe(without + Sluice.Gateway.Metering.TokenCounter.Count(Weather));
    }

    [Fact]
    public async Task A_Chinese_description_is_matched_by_the_question()
        => Calls(await _sandbox.ChatAsync(Body("deepseek-chat", "今天杭州的天气怎么样？", tools: """{"type":"function","function":{"name":"f","description":"查询天气","parameters":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}}}"""))).Count.ShouldBe(1);
}
