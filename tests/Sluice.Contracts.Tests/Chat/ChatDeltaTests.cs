using System.Text.Json;
using Sluice.Contracts.Chat;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Tests.Chat;

public class ChatDeltaTests
{
    private static string Write(ChatDelta delta) => JsonSerializer.Serialize(delta, SluiceJson.Default.ChatDelta);

    [Fact]
    public void A_member_that_was_set_to_null_is_written() =>
        Write(new ChatDelta { Content = null, ReasoningContent = "Two" }).ShouldBe("""{"content":null,"reasoning_content":"Two"}""");

    [Fact]
    public void A_member_that_was_not_set_is_left_out() => Write(new ChatDelta { Content = "Rain" }).ShouldBe("""{"content":"Rain"}""");

    [Fact]
    public void The_finish_reason_is_written_before_there_is_one() =>
        JsonSerializer.Serialize(new ChatChunkChoice { Delta = new() { Content = "x" }, Logprobs = null }, SluiceJson.Default.ChatChunkChoice)
            .ShouldBe("""{"index":0,"delta":{"content":"x"},"logprobs":null,"finish_reason":null}""");
}
