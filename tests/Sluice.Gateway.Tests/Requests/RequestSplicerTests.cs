using System.Text;
using System.Text.Json;
using Sluice.Gateway.Requests;

namespace Sluice.Gateway.Tests.Requests;

public class RequestSplicerTests
{
    private static string Splice(string json, string? model = null, bool usage = true)
    {
        var body = Encoding.UTF8.GetBytes(json);
        RequestReader.Read(body, ModelEndpoints.ChatCompletions, out var facts).ShouldBeNull();
        var spliced = RequestSplicer.Splice(body, facts, model is null ? default : JsonSerializer.SerializeToUtf8Bytes(model), usage && facts.Stream);
        var bytes = new byte[spliced.Length];
        spliced.CopyTo(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    [Fact]
    public void Without_anything_to_change_the_bytes_stay()
    {
        const string json = "{ \"model\" : \"m\",\n \"messages\":[{\"role\":\"user\",\"content\":\"\\u00e9\"}] }";
        Splice(json).ShouldBe(json);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user"}],"stream":true}""")]
    [InlineData("""{"stream_options":null,"model":"m","messages":[{"role":"user"}],"stream":true}""")]
    [InlineData("""{"stream_options":{},"model":"m","messages":[{"role":"user"}],"stream":true}""")]
    [InlineData("""{"stream_options":{ },"model":"m","messages":[{"role":"user"}],"stream":true}""")]
    [InlineData("""{"stream_options":{"include_usage":false},"model":"m","messages":[{"role":"user"}],"stream":true}""")]
    [InlineData("""{"stream_options":{"include_usage":null},"model":"m","messages":[{"role":"user"}],"stream":true}""")]
    [InlineData("""{"model":"m","stream":true,"messages":[{"role":"user"}],"stream_options":{"include_obfuscation":false}}""")]
    [InlineData("""{"model":"m","stream":true,"messages":[{"role":"user"}],"stream_options":{"include_usage":true}}""")]
    public void A_stream_asks_for_usage_whatever_the_caller_wrote(string json)
    {
        using var result = JsonDocument.Parse(Splice(json, "upstream \"name\""));
        result.RootElement.GetProperty("stream_options").GetProperty("include_usage").GetBoolean().ShouldBeTrue();
        result.RootElement.GetProperty("model").GetString().ShouldBe("upstream \"name\"");
        result.RootElement.EnumerateObject().Count(p => p.Name == "stream_options").ShouldBe(1);
    }

    [Fact]
    public void Other_stream_options_stay()
    {
        using var result = JsonDocument.Parse(Splice("""{"model":"m","stream":true,"messages":[{"role":"user"}],"stream_options":{"include_obfuscation":false}}"""));
        result.RootElement.GetProperty("stream_options").GetProperty("include_obfuscation").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public void Only_the_model_is_exchanged_where_nothing_else_is_needed()
        => Splice("""{"a":1,"model":"m","messages":[{"role":"user","content":"model"}]}""", "x").ShouldBe("""{"a":1,"model":"x","messages":[{"role":"user","content":"model"}]}""");
}
