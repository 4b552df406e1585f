using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Tests.Metering;

public class PromptTokensTests
{
    [Fact]
    public void A_prompt_counts_its_text_and_the_overhead_of_its_messages()
    {
        var text = TokenCounter.Count("You are helpful.") + TokenCounter.Count("Hello, \"world\"!");
        var body = """{"model":"m","messages":[{"role":"system","content":"You are helpful."},{"role":"user","content":[{"type":"text","text":"Hello, \"world\"!"}]}]}"""u8;
        PromptTokens.Count(body).ShouldBe(text + 2 * 4 + 3);
    }

    [Fact]
    public void Settings_and_names_of_members_count_nothing()
        => PromptTokens.Count("""{"model":"a-long-model-name","temperature":0.7,"user":"someone","prompt":"one two three"}"""u8).ShouldBe(TokenCounter.Count("one two three"));
}
