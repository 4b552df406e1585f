using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Tests.Sandbox;

public class EmbeddingTests
{
    private readonly SandboxHarness _sandbox = new();

    private async Task<JsonNode> EmbedAsync(string body)
    {
        var answer = await _sandbox.SendAsync("/embeddings", body);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    private async Task<float[]> VectorAsync(string text) => Floats((await EmbedAsync(new JsonObject { ["model"] = "text-embedding-3-small", ["input"] = text }.ToJsonString()))["data"]![0]!);

    private static float[] Floats(JsonNode item) => [.. item["embedding"]!.AsArray().Select(v => (float)v!)];

    private static double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    [Fact]
    public async Task The_answer_has_OpenAIs_shape()
    {
        var answer = await EmbedAsync("""{"model":"text-embedding-3-small","input":"Hello world"}""");

        answer.AsObject().Select(m => m.Key).ShouldBe(["object", "data", "model", "usage"]);
        ((string)answer["object"]!).ShouldBe("list");
        answer["data"]![0]!.AsObject().Select(m => m.Key).ShouldBe(["object", "index", "embedding"]);
        answer["usage"]!.ToJsonString().ShouldBe("""{"prompt_tokens":2,"total_tokens":2}""");
    }

    [Theory]
    [InlineData("text-embedding-3-small", "", 1536)]
    [InlineData("text-embedding-3-large", "", 3072)]
    [InlineData("text-embedding-ada-002", "", 1536)]
    [InlineData("text-embedding-3-large", ",\"dimensions\":256", 256)]
    public async Task A_vector_has_the_models_dimensions_or_those_asked_for(string model, string members, int dimensions)
        => Floats((await EmbedAsync($"{{\"model\":\"{model}\",\"input\":\"Hello\"{members}}}"))["data"]![0]!).Length.ShouldBe(dimensions);

    [Theory]
    [InlineData("Hello world")]
    [InlineData("?")]
    [InlineData("海水为什么是咸的")]
    public async Task A_vector_has_length_one(string text)
    {
        var vector = await VectorAsync(text);

        Cosine(vector, vector).ShouldBe(1, 0.0001);
    }

    [Fact]
    public async Task Base64_is_the_same_vector_as_little_endian_floats()
    {
        var floats = Floats((await EmbedAsync("""{"model":"text-embedding-3-small","input":"Hello"}"""))["data"]![0]!);
        var base64 = (string)(await EmbedAsync("""{"model":"text-embedding-3-small","input":"Hello","encoding_format":"base64"}"""))["data"]![0]!["embedding"]!;

        MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(base64)).ToArray().ShouldBe(floats);
    }

    [Fact]
    public async Task Many_texts_are_answered_in_their_order()
    {
        var answer = await EmbedAsync("""{"model":"text-embedding-3-small","input":["First text","Second"]}""");

        answer["data"]!.AsArray().Select(d => (int)d!["index"]!).ShouldBe([0, 1]);
        Floats(answer["data"]![1]!).ShouldBe(await VectorAsync("Second"));
        ((int)answer["usage"]!["prompt_tokens"]!).ShouldBe(TokenCounter.Count("First text") + TokenCounter.Count("Second"));
    }

    [Theory]
    [InlineData("[1,2,3]", 1, 3)]
    [InlineData("[[1,2,3],[4]]", 2, 4)]
    public async Task Token_ids_are_embedded(string input, int vectors, int tokens)
    {
        var answer = await EmbedAsync($"{{\"model\":\"text-embedding-3-small\",\"input\":{input}}}");

        answer["data"]!.AsArray().Count.ShouldBe(vectors);
        ((int)answer["usage"]!["total_tokens"]!).ShouldBe(tokens);
    }

    [Theory]
    [InlineData("How do I reset my password?", "I forgot my password, how can I reset it?", "The weather in Oslo is cold in winter.")]
    [InlineData("如何重置密码？", "我忘记密码了，怎么重置？", "冬天的天气很冷。")]
    public async Task Similar_texts_are_closer_than_unrelated_ones(string text, string similar, string unrelated)
    {
        var vector = await VectorAsync(text);

        Cosine(vector, await VectorAsync(similar)).ShouldBeGreaterThan(Cosine(vector, await VectorAsync(unrelated)) + 0.1);
    }

    [Theory]
    [InlineData("""{"model":"text-embedding-3-small"}""", "'input' is required")]
    [InlineData("""{"model":"text-embedding-3-small","input":""}""", "empty string")]
    [InlineData("""{"model":"text-embedding-3-small","input":[]}""", "must not be empty")]
    [InlineData("""{"model":"text-embedding-3-small","input":["a",""]}""", "input[1]")]
    [InlineData("""{"model":"text-embedding-3-small","input":[{"a":1}]}""", "input")]
    [InlineData("""{"model":"text-embedding-3-small","input":[1,-2]}""", "token ids")]
    [InlineData("""{"model":"text-embedding-3-small","input":"a","dimensions":0}""", "dimensions")]
    [InlineData("""{"model":"text-embedding-3-small","input":"a","dimensions":5000}""", "dimensions")]
    [InlineData("""{"model":"text-embedding-ada-002","input":"a","dimensions":5}""", "dimensions")]
    [InlineData("""{"model":"text-embedding-3-small","input":"a","encoding_format":"hex"}""", "encoding_format")]
    public async Task A_bad_embedding_request_is_refused(string body, string says)
        => ((string)(await _sandbox.RefusedAsync(400, body, "/embeddings"))["message"]!).ShouldContain(says);

    [Fact]
    public async Task Too_long_and_too_many_inputs_are_refused()
    {
        await _sandbox.RefusedAsync(400, $"{{\"model\":\"text-embedding-3-small\",\"input\":\"{string.Concat(Enumerable.Repeat("word ", 8193))}\"}}", "/embeddings");
        await _sandbox.RefusedAsync(400, $"{{\"model\":\"text-embedding-3-small\",\"input\":[{string.Join(',', Enumerable.Repeat("\"a\"", 2049))}]}}", "/embeddings");
    }
}
