namespace Sluice.Gateway.Tests.Sandbox;

public class ChatValidationTests
{
    private readonly SandboxHarness _sandbox = new();

    private const string User = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    private const string Tool = "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}";

    [Theory]
    [InlineData("{\"model\":\"deepseek-chat\"," + User + ",\"stream_options\":{\"include_usage\":true}}", 400, "stream_options")]
    [InlineData("{\"model\":\"deepseek-flash\"," + User + ",\"tools\":[" + Tool + "],\"tool_choice\":\"required\"}", 400, "thinking mode")]
    [InlineData("{\"model\":\"deepseek-flash\"," + User + ",\"tools\":[" + Tool + "],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}}", 400, "thinking mode")]
    [InlineData("{\"model\":\"deepseek-chat\",\"messages\":[{\"role\":\"developer\",\"content\":\"Hi\"}]}", 400, "'developer'")]
    [InlineData("{\"model\":\"deepseek-chat\",\"messages\":[]}", 400, "must not be empty")]
    [InlineData("{\"model\":\"deepseek-chat\"," + User + ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\"}}}", 400, "json_schema")]
    [InlineData("{\"model\":\"deepseek-chat\"," + User + ",\"temperature\":2.5}", 422, "temperature")]
    [InlineData("{\"model\":\"deepseek-chat\"," + User + ",\"max_tokens\":0}", 422, "max_tokens")]
    [InlineData("{\"model\":\"deepseek-chat\"," + User + ",\"max_tokens\":400000}", 422, "max_tokens")]
    [InlineData("{\"model\":\"deepseek-chat\"," + User + ",\"thinking\":{\"type\":\"maybe\"}}", 400, "thinking.type")]
    [InlineData("{\"model\":\"deepseek-flash\",\"tools\":[" + Tool + "],\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":\"c\"}]}", 400, "reasoning_content")]
    public async Task DeepSeek_refuses(string body, int status, string says)
    {
        var error = await _sandbox.RefusedAsync(status, body);

        ((string)error["message"]!).ShouldContain(says);
        ((string)error["type"]!).ShouldBe("invalid_request_error");
        error["param"].ShouldBeNull();
    }

    [Theory]
    [InlineData("{\"model\":\"gpt-4o\"," + User + ",\"stream_options\":{\"include_usage\":true}}", "stream_options")]
    [InlineData("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"robot\",\"content\":\"Hi\"}]}", "messages[0].role")]
    [InlineData("{\"model\":\"gpt-4o\",\"messages\":\"Hi\"}", "messages")]
    [InlineData("{\"model\":\"gpt-4o\"}", "messages")]
    [InlineData("{" + User + "}", "model")]
    [InlineData("{\"model\":7," + User + "}", "model")]
    [InlineData("{\"model\":\"text-embedding-3-small\"," + User + "}", "model")]
    [InlineData("{\"model\":\"gpt-4o\"," + User + ",\"n\":0}", "n")]
    [InlineData("{\"model\":\"gpt-4o\"," + User + ",\"n\":\"2\"}", "n")]
    [InlineData("{\"model\":\"gpt-4o\"," + User + ",\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}", "stop")]
    [InlineData("{\"model\":\"gpt-4o\"," + User + ",\"top_logprobs\":3}", "top_logprobs")]
    [InlineData("{\"model\":\"gpt-5\"," + User + ",\"max_tokens\":10}", "max_tokens")]
    [InlineData("{\"model\":\"gpt-4o\"," + User + ",\"tool_choice\":\"required\"}", "tool_choice")]
    [InlineData("{\"model\":\"gpt-4o\"," + User + ",\"tools\":[" + Tool + "," + Tool + "]}", "tools[1].function.name")]
    [InlineData("{\"model\":\"gpt-4o\"," + User + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"no spaces\"}}]}", "tools[0].function.name")]
    [InlineData("{\"model\":\"gpt-4o\"," + User + ",\"response_format\":{\"type\":\"xml\"}}", "response_format.type")]
    [InlineData("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":\"1\"}]}", "messages[0].tool_call_id")]
    [InlineData("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"user\",\"content\":\"a\"}]}", "messages[1]")]
    [InlineData("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"hologram\"}]}]}", "messages[0].content[0].type")]
    [InlineData("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\"}]}", "messages[0].content")]
    public async Task OpenAI_refuses_and_names_the_parameter(string body, string param)
    {
        var error = await _sandbox.RefusedAsync(400, body);

        ((string)error["param"]!).ShouldBe(param);
        ((string)error["type"]!).ShouldBe("invalid_request_error");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{\"model\":\"gpt-4o\"} trailing")]
    [InlineData("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}")]
    public async Task What_is_no_request_is_refused(string body) => await _sandbox.RefusedAsync(400, body);

    [Fact]
    public async Task Broken_UTF8_is_refused()
    {
        var call = SandboxHarness.Call("/chat/completions", "");
        call.Body = new Sluice.Gateway.Requests.SplicedBody("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\""u8.ToArray(), new byte[] { 0xC3, 0x28 }, "\"}]}"u8.ToArray());
        await using var reply = await _sandbox.Transport.SendAsync(call);

        reply.Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_prompt_beyond_the_context_is_refused()
    {
        var error = await _sandbox.RefusedAsync(400, $"{{\"model\":\"gpt-4o\",\"messages\":[{{\"role\":\"user\",\"content\":\"{string.Concat(Enumerable.Repeat(" word", 128_001))}\"}}]}}");

        ((string)error["code"]!).ShouldBe("context_length_exceeded");
    }

    [Fact]
    public async Task An_unknown_endpoint_is_not_found() => await _sandbox.RefusedAsync(404, "{}", "/audio/speech");
}
