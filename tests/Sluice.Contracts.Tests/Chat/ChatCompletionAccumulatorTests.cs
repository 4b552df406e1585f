using System.Text.Json;
using Sluice.Contracts.Chat;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Tests.Chat;

public class ChatCompletionAccumulatorTests
{
    private static ChatCompletion Answer(string name) => JsonSerializer.Deserialize(SampleFiles.Bytes(name), SluiceJson.Default.ChatCompletion)!;

    [Theory]
    [InlineData("reasoning.stream.sse", "reasoning.response.json")]
    [InlineData("tools.stream.sse", "tools.response.json")]
    public void A_stream_adds_up_to_the_answer_without_streaming(string stream, string whole)
    {
        var streamed = SampleFiles.Accumulate(stream);
        var expected = Answer(whole);
        var actual = streamed.ToCompletion();

        streamed.State.ShouldBe(ChatStreamState.Complete);
        JsonSerializer.Serialize(actual.Choices[0].Message!, SluiceJson.Default.AssistantMessage)
            .ShouldBe(JsonSerializer.Serialize(expected.Choices[0].Message!, SluiceJson.Default.AssistantMessage));
        actual.Usage.ShouldBe(expected.Usage);
        actual.Choices[0].FinishReason.ShouldBe(expected.Choices[0].FinishReason);
        (actual.Id, actual.Created, actual.Model, actual.SystemFingerprint).ShouldBe((expected.Id, expected.Created, expected.Model, expected.SystemFingerprint));
    }

    [Theory]
    [InlineData("chat.stream.deepseek.sse", 34L)]
    [InlineData("chat.stream.openai-usage.sse", 32L)]
    public void Usage_is_found_on_the_finish_chunk_and_on_a_chunk_of_its_own(string stream, long total)
        => SampleFiles.Accumulate(stream).ToCompletion().Usage!.TotalTokens.ShouldBe(total);

    [Fact]
    public void A_stream_without_usage_is_complete_all_the_same()
    {
        var answer = SampleFiles.Accumulate("chat.stream.openai-nousage.sse");

        answer.State.ShouldBe(ChatStreamState.Complete);
        answer.ToCompletion().Usage.ShouldBeNull();
    }

    [Fact]
    public void An_error_in_the_middle_of_a_stream_is_recognised()
    {
        var answer = SampleFiles.Accumulate("chat.stream.midstream-error.sse");

        answer.State.ShouldBe(ChatStreamState.Failed);
        answer.Error!.Code.ShouldBe("upstream_stream_interrupted");
        answer.ToCompletion().Choices[0].Message!.Content.ShouldBe("Partial");
    }

    [Fact]
    public void A_cut_stream_is_not_taken_for_a_complete_one()
    {
        SampleFiles.Events("chat.stream.truncated.sse").Cut.ShouldNotBeNull();
        SampleFiles.Accumulate("chat.stream.truncated.sse").State.ShouldBe(ChatStreamState.Open);
    }

    [Fact]
    public void An_answer_the_vendor_broke_off_is_not_taken_for_a_complete_one()
        => SampleFiles.Accumulate("chat.stream.resource-abort.sse").State.ShouldBe(ChatStreamState.Aborted);

    [Fact]
    public void Without_the_end_marker_a_stream_is_not_complete()
    {
        var answer = new ChatCompletionAccumulator();
        answer.Add(new ChatCompletionChunk { Choices = [new ChatChunkChoice { FinishReason = "stop" }] });

        answer.State.ShouldBe(ChatStreamState.Open);
    }

    [Fact]
    public void An_empty_finish_reason_is_no_end()
    {
        var answer = new ChatCompletionAccumulator();
        answer.Add(new ChatCompletionChunk { Choices = [new ChatChunkChoice { FinishReason = "" }] });
        answer.AddDone();

        answer.State.ShouldBe(ChatStreamState.Open);
    }

    [Fact]
    public void An_answer_longer_than_allowed_is_refused()
    {
        var answer = new ChatCompletionAccumulator(maxCharacters: 4);
        answer.Add(new ChatCompletionChunk { Choices = [new ChatChunkChoice { Delta = new() { Content = "four" } }] });

        Should.Throw<InvalidDataException>(() => answer.Add(new ChatCompletionChunk { Choices = [new ChatChunkChoice { Delta = new() { Content = "." } }] }));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(128)]
    public void An_index_out_of_range_is_refused(int index)
        => Should.Throw<InvalidDataException>(() => new ChatCompletionAccumulator().Add(new ChatCompletionChunk { Choices = [new ChatChunkChoice { Index = index }] }));

    [Fact]
    public void An_answer_goes_back_into_the_next_request_with_its_reasoning_and_calls()
    {
        var message = Answer("tools.response.json").Choices[0].Message!.ToRequestMessage();

        message.ReasoningContent.ShouldBe("Two cities, two calls.");
        message.ToolCalls!.Count.ShouldBe(2);
        message.Content!.Text.ShouldBe("");
    }
}
