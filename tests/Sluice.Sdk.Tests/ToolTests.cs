using System.Text;
using System.Text.Json;
using OpenAI.Chat;

namespace Sluice.Sdk.Tests;

public class ToolTests(SandboxServer sandbox)
{
    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool("get_weather", "The weather in a city.",
        BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    [Theory]
    [InlineData("deepseek-chat")]
    [InlineData("gpt-4o-mini")]
    public async Task A_tool_is_called_and_its_result_goes_into_the_answer(string model)
    {
        var client = sandbox.Server.Chat(model);
        var messages = new List<ChatMessage> { new UserChatMessage("What is the weather in Oslo?") };
        var options = new ChatCompletionOptions { Tools = { Weather } };
        ChatCompletion asking = await client.CompleteChatAsync(messages, options, TestContext.Current.CancellationToken);
        asking.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        var call = asking.ToolCalls.ShouldHaveSingleItem();
        call.FunctionName.ShouldBe("get_weather");
        JsonDocument.Parse(call.FunctionArguments).RootElement.GetProperty("city").GetString().ShouldBe("Oslo");

        messages.Add(new AssistantChatMessage(asking));
        messages.Add(new ToolChatMessage(call.Id, "4 °C, rain"));
        ChatCompletion answer = await client.CompleteChatAsync(messages, options, TestContext.Current.CancellationToken);
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.Content[0].Text.ShouldContain("4 °C, rain");
    }

    [Fact]
    public async Task A_streamed_tool_call_is_the_same_as_a_whole_one()
    {
        var client = sandbox.Server.Chat();
        ChatMessage[] messages = [new UserChatMessage("What is the weather in Oslo?")];
        ChatCompletion whole = await client.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { Weather } }, TestContext.Current.CancellationToken);
        var (_, updates) = await StreamingTests.ReadAsync(client, messages, new ChatCompletionOptions { Tools = { Weather } });
        var arguments = new StringBuilder();
        foreach (var update in updates.SelectMany(u => u.ToolCallUpdates)) arguments.Append(update.FunctionArgumentsUpdate);
        arguments.ToString().ShouldBe(whole.ToolCalls[0].FunctionArguments.ToString());
        updates.SelectMany(u => u.ToolCallUpdates).Select(u => u.ToolCallId).First(id => id is not null).ShouldBe(whole.ToolCalls[0].Id);
    }

    [Fact]
    public async Task A_tool_that_must_be_called_is_called()
    {
        ChatCompletion answer = await sandbox.Server.Chat().CompleteChatAsync([new UserChatMessage("Hello!")],
            new ChatCompletionOptions { Tools = { Weather }, ToolChoice = ChatToolChoice.CreateFunctionChoice("get_weather") }, TestContext.Current.CancellationToken);
        answer.ToolCalls.ShouldHaveSingleItem().FunctionName.ShouldBe("get_weather");
    }
}
