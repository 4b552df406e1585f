using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Tests.Json;

public class RoundTripTests
{
    private static readonly (string Prefix, JsonTypeInfo Type)[] Types =
    [
        ("chat.request", SluiceJson.Default.ChatCompletionRequest),
        ("tools.strict.request", SluiceJson.Default.ChatCompletionRequest),
        ("tools.followup.request", SluiceJson.Default.ChatCompletionRequest),
        ("prefix.request", SluiceJson.Default.ChatCompletionRequest),
        ("jsonmode.request", SluiceJson.Default.ChatCompletionRequest),
        ("chat.response", SluiceJson.Default.ChatCompletion),
        ("reasoning.response", SluiceJson.Default.ChatCompletion),
        ("tools.response", SluiceJson.Default.ChatCompletion),
        ("chat.stream", SluiceJson.Default.ChatCompletionChunk),
        ("reasoning.stream", SluiceJson.Default.ChatCompletionChunk),
        ("tools.stream", SluiceJson.Default.ChatCompletionChunk),
        ("fim.request", SluiceJson.Default.CompletionRequest),
        ("fim.response", SluiceJson.Default.Completion),
        ("fim.stream", SluiceJson.Default.Completion),
        ("embeddings.request", SluiceJson.Default.EmbeddingRequest),
        ("embeddings.response", SluiceJson.Default.EmbeddingList),
        ("image.request", SluiceJson.Default.ImageRequest),
        ("image.response", SluiceJson.Default.ImageList),
        ("image.stream", SluiceJson.Default.ImageStreamEvent),
        ("models.response", SluiceJson.Default.ModelList),
        ("balance.response", SluiceJson.Default.UserBalance),
    ];

    public static TheoryData<string> Documents() => [.. SampleFiles.Names("*.json")];

    public static TheoryData<string> ChunkStreams()
        => [.. SampleFiles.Names("*.sse").Where(name => Types.Any(type => name.StartsWith(type.Prefix, StringComparison.Ordinal)))];

    public static TheoryData<string> ErrorBodies() => [.. SampleFiles.Names("*.json", "errors")];

    private static JsonTypeInfo TypeOf(string name) => Types.Single(type => name.StartsWith(type.Prefix, StringComparison.Ordinal)).Type;

    private static void ShouldSurvive(string json, JsonTypeInfo type)
    {
        var written = JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type), type);
        JsonNode.DeepEquals(JsonNode.Parse(written), JsonNode.Parse(json)).ShouldBeTrue($"read:    {json}\nwritten: {written}");
    }

    /// <summary>Puts a member nobody knows into every object, except where the schema is the caller's own.</summary>
    private static void AddUnknown(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray array:
                foreach (var item in array) AddUnknown(item);
                break;
            case JsonObject members:
                foreach (var (name, value) in members)
                    if (name is not ("parameters" or "logit_bias" or "metadata")) AddUnknown(value);
                members["x_unknown"] = JsonNode.Parse("""{"deep":[1,null,"é"],"n":1.50}""");
                break;
        }
    }

    [Theory, MemberData(nameof(Documents))]
    public void Every_sample_is_written_as_it_was_read(string name) => ShouldSurvive(System.Text.Encoding.UTF8.GetString(SampleFiles.Bytes(name)), TypeOf(name));

    [Theory, MemberData(nameof(Documents))]
    public void Unknown_members_are_kept_at_every_level(string name)
    {
        var document = JsonNode.Parse(SampleFiles.Bytes(name))!;
        AddUnknown(document);
        ShouldSurvive(document.ToJsonString(), TypeOf(name));
    }

    [Theory, MemberData(nameof(ChunkStreams))]
    public void Every_chunk_is_written_as_it_was_read(string name)
    {
        foreach (var data in SampleFiles.Events(name).Data.Where(data => data != "[DONE]")) ShouldSurvive(data, TypeOf(name));
    }

    [Theory, MemberData(nameof(ErrorBodies))]
    public void Every_error_is_written_as_it_was_read(string name)
        => ShouldSurvive(JsonNode.Parse(SampleFiles.Bytes(name))!["body"]!.ToJsonString(), SluiceJson.Default.ErrorBody);

    [Fact]
    public void Blank_lines_before_an_answer_are_read_over()
    {
        var text = System.Text.Encoding.UTF8.GetString(SampleFiles.Bytes("chat.nonstream.keepalive.http"));
        var body = text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

        body.ShouldStartWith("\n");
        JsonSerializer.Deserialize(body, SluiceJson.Default.ChatCompletion)!.Choices[0].Message!.Content.ShouldBe("Done waiting.");
    }

    [Fact]
    public void All_members_of_a_chat_request_survive() => ShouldSurvive("""
        {"model":"m","messages":[
          {"role":"system","content":"s","name":"n"},
          {"role":"user","content":[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"https://e.example/i.png","detail":"low"}},
            {"type":"file","file_id":"f"},{"type":"file","file_data":"d","filename":"n.png"},{"type":"file","file":{"file_id":"o"}},{"type":"input_audio","input_audio":{"data":"x","format":"wav"}}]},
          {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{"}}],"refusal":"r","audio":{"id":"a"}},
          {"role":"assistant","function_call":{"name":"f","arguments":"{}"}},
          {"role":"tool","tool_call_id":"c","content":"{}"}],
         "thinking":{"type":"enabled","budget_tokens":1024},"reasoning_effort":"max","max_tokens":1,"max_completion_tokens":2,
         "response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object","$defs":{}},"strict":true}},
         "stop":["a","b"],"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false},"temperature":0.7,"top_p":0.95,
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},{"type":"custom","custom":{"name":"c"}}],
         "tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,"logprobs":true,"top_logprobs":20,
         "frequency_penalty":-2,"presence_penalty":2,"user_id":"u","user":"v","safety_identifier":"s","prompt_cache_key":"k","prompt_cache_options":{"a":1},
         "n":2,"seed":9223372036854775807,"logit_bias":{"50256":-100},"verbosity":"low","service_tier":"flex","store":false,"metadata":{"k":"v"},
         "modalities":["text"],"audio":{"voice":"v"},"prediction":{"type":"content","content":"c"},"web_search_options":{},"moderation":{"m":1},
         "functions":[{"name":"f"}],"function_call":"auto"}
        """, SluiceJson.Default.ChatCompletionRequest);

    [Theory]
    [InlineData("\"x\"")]
    [InlineData("[\"x\",\"y\"]")]
    [InlineData("[1,2]")]
    [InlineData("[[1,2],[3],[]]")]
    public void Every_form_of_a_prompt_survives(string prompt)
    {
        ShouldSurvive($$"""{"model":"m","prompt":{{prompt}}}""", SluiceJson.Default.CompletionRequest);
        ShouldSurvive($$"""{"model":"m","input":{{prompt}}}""", SluiceJson.Default.EmbeddingRequest);
    }

    [Theory]
    [InlineData("[1,\"x\"]")]
    [InlineData("[\"x\",1]")]
    [InlineData("[[1],2]")]
    [InlineData("[1.5]")]
    [InlineData("[2147483648]")]
    [InlineData("{}")]
    [InlineData("[[\"x\"]]")]
    [InlineData("[null]")]
    [InlineData("true")]
    public void A_prompt_of_another_form_is_refused(string prompt)
        => Should.Throw<JsonException>(() => JsonSerializer.Deserialize($$"""{"model":"m","prompt":{{prompt}}}""", SluiceJson.Default.CompletionRequest));

    [Theory]
    [InlineData("\"none\"")]
    [InlineData("\"auto\"")]
    [InlineData("""{"type":"custom","custom":{"name":"c"}}""")]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}""")]
    public void Every_form_of_a_tool_choice_survives(string choice)
        => ShouldSurvive($$"""{"model":"m","messages":[],"tool_choice":{{choice}}}""", SluiceJson.Default.ChatCompletionRequest);

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":1}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[null]}]}""")]
    [InlineData("""{"model":"m","messages":[],"stop":1}""")]
    [InlineData("""{"model":"m","messages":[],"stop":[1]}""")]
    [InlineData("""{"model":"m","messages":[],"tool_choice":1}""")]
    [InlineData("""{"messages":[]}""")]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"model":"m","messages":{}}""")]
    public void A_request_with_a_wrong_type_or_without_a_needed_member_is_refused(string json)
        => Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, SluiceJson.Default.ChatCompletionRequest));

    [Fact]
    public void Text_beyond_ascii_goes_on_the_wire_as_itself()
        => JsonSerializer.Serialize(new Contracts.Chat.ChatDelta { Content = "中文 é <b>" }, SluiceJson.Wire.ChatDelta).ShouldBe("""{"content":"中文 é <b>"}""");

    [Fact]
    public void A_vector_is_the_same_in_both_encodings()
    {
        var numbers = JsonSerializer.Deserialize(SampleFiles.Bytes("embeddings.response.float.json"), SluiceJson.Default.EmbeddingList)!;
        var base64 = JsonSerializer.Deserialize(SampleFiles.Bytes("embeddings.response.base64.json"), SluiceJson.Default.EmbeddingList)!;

        base64.Data[0].Vector.Values.ToArray().ShouldBe(numbers.Data[0].Vector.Values.ToArray());
    }

    [Theory]
    [InlineData("\"AAA\"")]
    [InlineData("\"AAAA\"")]
    [InlineData("[\"1\"]")]
    [InlineData("{}")]
    public void A_vector_of_another_form_is_refused(string vector)
        => Should.Throw<JsonException>(() => JsonSerializer.Deserialize($$"""{"data":[{"embedding":{{vector}}}]}""", SluiceJson.Default.EmbeddingList));

    [Fact]
    public void Collections_are_never_null()
    {
        JsonSerializer.Deserialize("{}", SluiceJson.Default.ChatCompletion)!.Choices.ShouldBeEmpty();
        JsonSerializer.Deserialize("""{"choices":null}""", SluiceJson.Default.ChatCompletionChunk)!.Choices.ShouldBeEmpty();
        JsonSerializer.Deserialize("""{"choices":[{"index":0}]}""", SluiceJson.Default.ChatCompletionChunk)!.Choices[0].Delta.ShouldNotBeNull();
        JsonSerializer.Deserialize("{}", SluiceJson.Default.Completion)!.Choices.ShouldBeEmpty();
        JsonSerializer.Deserialize("{}", SluiceJson.Default.ModelList)!.Data.ShouldBeEmpty();
    }
}
