using OpenAI.Chat;

namespace Sluice.Sdk.Tests;

public class ChatTests(SandboxServer sandbox)
{
    private static readonly ChatMessage[] Question = [new SystemChatMessage("Be brief."), new UserChatMessage("What is a sluice?")];

    [Fact]
    public async Task A_chat_is_answered()
    {
        ChatCompletion answer = await sandbox.Server.Chat().CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        answer.Role.ShouldBe(ChatMessageRole.Assistant);
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.Content.ShouldHaveSingleItem().Text.ShouldContain("What is a sluice?");
    }

    [Fact]
    public async Task A_chat_reports_its_usage()
    {
        ChatCompletion answer = await sandbox.Server.Chat().CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        answer.Usage.InputTokenCount.ShouldBeGreaterThan(0);
        answer.Usage.OutputTokenCount.ShouldBeGreaterThan(0);
        answer.Usage.TotalTokenCount.ShouldBe(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task A_stand_in_answer_is_marked_as_one()
    {
        var answer = await sandbox.Server.Chat().CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        answer.GetRawResponse().Headers.TryGetValue("x-sluice-upstream", out var upstream).ShouldBeTrue();
        upstream.ShouldBe("sandbox");
    }

    [Fact]
    public async Task A_limit_on_tokens_ends_the_answer()
    {
        ChatCompletion answer = await sandbox.Server.Chat("gpt-4o-mini").CompleteChatAsync(Question, new ChatCompletionOptions { MaxOutputTokenCount = 3 }, TestContext.Current.CancellationToken);
        answer.FinishReason.ShouldBe(ChatFinishReason.Length);
        answer.Usage.OutputTokenCount.ShouldBe(3);
    }

    [Fact]
    public async Task Options_of_every_kind_are_taken()
    {
        var options = new ChatCompletionOptions
        {
            Temperature = 0.5f, TopP = 0.9f, FrequencyPenalty = 0.1f, PresencePenalty = -0.1f, EndUserId = "user-1", StopSequences = { "\n\n\n" },
            LogitBiases = { [50256] = -100 }, Seed = 7, Metadata = { ["kind"] = "test" },
        };
        ChatCompletion answer = await sandbox.Server.Chat("gpt-4o-mini").CompleteChatAsync(Question, options, TestContext.Current.CancellationToken);
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
    }

    [Fact]
    public async Task A_reasoning_model_says_what_it_thought()
    {
        ChatCompletion answer = await sandbox.Server.Chat("deepseek-reasoner").CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        answer.Content.ShouldHaveSingleItem().Text.ShouldNotBeEmpty();
        answer.Usage.OutputTokenDetails.ReasoningTokenCount.ShouldBeGreaterThan(0);
        answer.Patch.TryGetValue("$.choices[0].message.reasoning_content"u8, out string? thought).ShouldBeTrue();
        thought.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_reasoning_model_s_limit_on_tokens_is_taken_under_its_new_name()
    {
        ChatCompletion answer = await sandbox.Server.Chat("gpt-5-mini").CompleteChatAsync(Question, new ChatCompletionOptions { MaxOutputTokenCount = 2000, ReasoningEffortLevel = ChatReasoningEffortLevel.Low }, TestContext.Current.CancellationToken);
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
    }
}
