using System.Text;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Requests;

namespace Sluice.Gateway.Tests.Requests;

public class RequestReaderTests
{
    private const string Good = """{"model":"deepseek-chat","messages":[{"role":"user","content":"hi"}]}""";

    private static Refusal? Read(string json, out RequestFacts facts, ModelEndpoint? endpoint = null)
        => RequestReader.Read(Encoding.UTF8.GetBytes(json), endpoint ?? ModelEndpoints.ChatCompletions, out facts);

    private static string With(string member) => Good[..^1] + "," + member + "}";

    [Fact]
    public void What_matters_is_read()
    {
        Read(With("\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":7,\"n\":2"), out var facts).ShouldBeNull();
        facts.Model.ShouldBe("deepseek-chat");
        facts.Stream.ShouldBeTrue();
        facts.IncludeUsage.ShouldBeTrue();
        facts.MaxTokens.ShouldBe(7);
        facts.Choices.ShouldBe(2);
    }

    [Fact]
    public void An_escaped_model_name_is_read_as_what_it_means()
    {
        Read("""{"model":"deepseek\u002dchat","messages":[{"role":"user","content":"hi"}]}""", out var facts).ShouldBeNull();
        facts.Model.ShouldBe("deepseek-chat");
    }

    [Theory]
    [InlineData("", "invalid_json", null)]
    [InlineData("nonsense", "invalid_json", null)]
    [InlineData("[]", "invalid_json", null)]
    [InlineData("\"text\"", "invalid_json", null)]
    [InlineData("{\"model\":\"m\",", "invalid_json", null)]
    [InlineData("{\"model\":\"m\",}", "invalid_json", null)]
    [InlineData("{} {}", "invalid_json", null)]
    [InlineData("{/* no */}", "invalid_json", null)]
    [InlineData("\uFEFF{}", "invalid_json", null)]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", "missing_required_parameter", "model")]
    [InlineData("{\"model\":null,\"messages\":[{\"role\":\"user\"}]}", "invalid_type", "model")]
    [InlineData("{\"model\":5,\"messages\":[{\"role\":\"user\"}]}", "invalid_type", "model")]
    [InlineData("{\"model\":\"\",\"messages\":[{\"role\":\"user\"}]}", "invalid_value", "model")]
    [InlineData("{\"model\":\"m\"}", "missing_required_parameter", "messages")]
    [InlineData("{\"model\":\"m\",\"messages\":[]}", "invalid_value", "messages")]
    [InlineData("{\"model\":\"m\",\"messages\":\"hi\"}", "invalid_type", "messages")]
    [InlineData("{\"model\":\"m\",\"messages\":[\"hi\"]}", "invalid_type", "messages[0]")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\"},{\"content\":\"x\"}]}", "missing_required_parameter", "messages[1].role")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":7}]}", "invalid_type", "messages[0].role")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":7}]}", "invalid_type", "messages[0].content")]
    [InlineData("{\"model\":\"m\",\"model\":\"n\",\"messages\":[{\"role\":\"user\"}]}", "duplicate_member", "model")]
    [InlineData("{\"model\":\"m\",\"mod\\u0065l\":\"n\",\"messages\":[{\"role\":\"user\"}]}", "duplicate_member", "model")]
    [InlineData("{\"model\":\"m\",\"Model\":\"n\",\"messages\":[{\"role\":\"user\"}]}", "duplicate_member", "model")]
    public void A_bad_body_is_refused_by_code_and_member(string json, string code, string? param)
    {
        var refusal = Read(json, out _).ShouldNotBeNull();
        refusal.Error.Code.ShouldBe(code);
        refusal.Param.ShouldBe(param);
        refusal.Error.Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("\"stream\":\"yes\"", "stream")]
    [InlineData("\"stream\":1", "stream")]
    [InlineData("\"temperature\":\"hot\"", "temperature")]
    [InlineData("\"temperature\":2.5", "temperature")]
    [InlineData("\"temperature\":-1", "temperature")]
    [InlineData("\"temperature\":1e400", "temperature")]
    [InlineData("\"top_p\":1.1", "top_p")]
    [InlineData("\"n\":0", "n")]
    [InlineData("\"n\":1.5", "n")]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"max_tokens\":-1", "max_tokens")]
    [InlineData("\"max_tokens\":9223372036854775808", "max_tokens")]
    [InlineData("\"stop\":5", "stop")]
    [InlineData("\"tools\":{}", "tools")]
    [InlineData("\"tool_choice\":[]", "tool_choice")]
    [InlineData("\"response_format\":\"json\"", "response_format")]
    [InlineData("\"top_logprobs\":21", "top_logprobs")]
    [InlineData("\"stream_options\":{\"include_usage\":true}", "stream_options")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_usage\":1}", "stream_options.include_usage")]
    [InlineData("\"api_base\":\"http://127.0.0.1/\"", "api_base")]
    [InlineData("\"extra_headers\":{}", "extra_headers")]
    public void A_bad_member_is_named(string member, string param)
        => Read(With(member), out _).ShouldNotBeNull().Param.ShouldBe(param);

    [Theory]
    [InlineData("\"temperature\":0")]
    [InlineData("\"temperature\":null")]
    [InlineData("\"max_tokens\":1e2")]
    [InlineData("\"max_tokens\":16.0")]
    [InlineData("\"something_new\":{\"a\":[1,{\"b\":\"\\ud83d\\ude00\"}]}")]
    [InlineData("\"stop\":[\"a\",\"b\"]")]
    [InlineData("\"metadata\":{\"id\":1,\"ID\":2}")]
    [InlineData("\"seed\":-1")]
    public void What_vendors_accept_passes(string member) => Read(With(member), out _).ShouldBeNull();

    [Fact]
    public void Nested_duplicates_are_refused_but_the_same_name_in_siblings_is_not()
    {
        Read(With("\"metadata\":{\"a\":1,\"a\":2}"), out _).ShouldNotBeNull().Error.ShouldBe(ErrorCodes.DuplicateMember);
        Read(With("\"metadata\":{\"a\":{\"b\":1},\"c\":{\"b\":1}}"), out _).ShouldBeNull();
        Read(With("\"tools\":[{\"type\":1},{\"type\":2}]"), out _).ShouldBeNull();
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(100_000, false)]
    public void Depth_is_bounded(int depth, bool passes)
    {
        var refusal = Read(With("\"metadata\":{\"x\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}"), out _);
        if (passes) refusal.ShouldBeNull();
        else refusal.ShouldNotBeNull().Error.ShouldBe(ErrorCodes.JsonTooDeep);
    }

    [Fact]
    public void Millions_of_elements_are_refused()
    {
        var json = new StringBuilder("""{"model":"m","messages":[""");
        for (var i = 0; i < 250_000; i++) json.Append("{\"role\":\"user\"},");
        Read(json.Append("{\"role\":\"user\"}]}").ToString(), out _).ShouldNotBeNull().Error.ShouldBe(ErrorCodes.JsonTooComplex);
    }

    [Fact]
    public void Token_arrays_may_be_long()
    {
        var tokens = string.Join(',', Enumerable.Range(0, 300_000));
        Read("{\"model\":\"m\",\"input\":[" + tokens + "]}", out _, ModelEndpoints.Embeddings).ShouldBeNull();
    }

    [Theory]
    [InlineData("\"user\":\"\\ud800\"")]
    [InlineData("\"user\":\"\\udc00\"")]
    [InlineData("\"user\":\"\\ud800x\"")]
    [InlineData("\"user\":\"\\ud800\\u0041\"")]
    public void Half_a_surrogate_pair_is_refused(string member) => Read(With(member), out _).ShouldNotBeNull().Error.ShouldBe(ErrorCodes.InvalidJson);

    [Fact]
    public void An_escaped_backslash_before_u_is_text() => Read(With("\"user\":\"\\\\ud800\""), out _).ShouldBeNull();

    [Fact]
    public void Invalid_utf8_is_refused()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes(Good[..^1]), .. ",\"user\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        RequestReader.Read(body, ModelEndpoints.ChatCompletions, out _).ShouldNotBeNull().Error.ShouldBe(ErrorCodes.InvalidJson);
    }

    [Fact]
    public void A_body_cut_at_any_byte_is_refused_and_never_throws()
    {
        var body = Encoding.UTF8.GetBytes(With("\"tools\":[{\"a\":\"\\u00e9\",\"b\":[1,2.5e3,true,null]}]"));
        for (var length = 0; length < body.Length; length++)
            RequestReader.Read(body.AsSpan(0, length), ModelEndpoints.ChatCompletions, out _).ShouldNotBeNull($"at {length}");
    }
}
