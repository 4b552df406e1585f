using System.Text.Json;
using OpenAI.Chat;

namespace Sluice.Sdk.Tests;

public class StructuredOutputTests(SandboxServer sandbox)
{
    private static readonly ChatMessage[] Question = [new UserChatMessage("Answer in JSON: which river is the longest?")];

    [Fact]
    public async Task JSON_mode_gives_an_object()
    {
        ChatCompletion answer = await sandbox.Server.Chat().CompleteChatAsync(Question, new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonObjectFormat() }, TestContext.Current.CancellationToken);
        JsonDocument.Parse(answer.Content[0].Text).RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task A_schema_is_followed()
    {
        var format = ChatResponseFormat.CreateJsonSchemaFormat("river", BinaryData.FromString(
            """{"type":"object","properties":{"name":{"type":"string"},"km":{"type":"integer"},"flows":{"enum":["north","south"]}},"required":["name","km","flows"],"additionalProperties":false}"""), jsonSchemaIsStrict: true);
        ChatCompletion answer = await sandbox.Server.Chat("gpt-4o-mini").CompleteChatAsync(Question, new ChatCompletionOptions { ResponseFormat = format }, TestContext.Current.CancellationToken);
        var river = JsonDocument.Parse(answer.Content[0].Text).RootElement;
        river.EnumerateObject().Select(p => p.Name).ShouldBe(["name", "km", "flows"], ignoreOrder: true);
        river.GetProperty("name").ValueKind.ShouldBe(JsonValueKind.String);
        river.GetProperty("km").TryGetInt64(out _).ShouldBeTrue();
        river.GetProperty("flows").GetString().ShouldBeOneOf("north", "south");
    }
}
