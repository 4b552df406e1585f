using System.Text;
using OpenAI.Chat;
using Sluice.Testing;

namespace Sluice.Sdk.Tests;

public class StreamingTests(SandboxServer sandbox)
{
    private static readonly ChatMessage[] Question = [new UserChatMessage("Tell me about gates in rivers — 水闸 too.")];

    [Theory]
    [InlineData("deepseek-chat")]
    [InlineData("gpt-4o-mini")]
    public async Task A_stream_says_what_the_whole_answer_says(string model)
    {
        var client = sandbox.Server.Chat(model);
        ChatCompletion whole = await client.CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        var (text, _) = await ReadAsync(client, Question);
        text.ShouldBe(whole.Content[0].Text);
    }

    [Theory]
    [InlineData("deepseek-chat")]
    [InlineData("gpt-4o-mini")]
    public async Task A_stream_reports_the_usage_of_the_whole_answer(string model)
    {
        // This library asks for usage in every stream.
        var client = sandbox.Server.Chat(model);
        ChatCompletion whole = await client.CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        var (_, updates) = await ReadAsync(client, Question);
        var usage = updates.Single(u => u.Usage is not null).Usage;
        usage.TotalTokenCount.ShouldBe(whole.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task A_stream_ends_with_a_reason()
    {
        var (_, updates) = await ReadAsync(sandbox.Server.Chat(), Question);
        updates.Where(u => u.FinishReason is not null).ShouldHaveSingleItem().FinishReason.ShouldBe(ChatFinishReason.Stop);
    }

    [Fact]
    public async Task A_reasoning_model_s_thoughts_are_streamed()
    {
        var (_, updates) = await ReadAsync(sandbox.Server.Chat("deepseek-reasoner"), Question);
        var thought = new StringBuilder();
        foreach (var update in updates)
        {
            if (update.Patch.TryGetValue("$.choices[0].delta.reasoning_content"u8, out string? piece)) thought.Append(piece);
        }
        thought.ToString().ShouldContain("gates in rivers");
    }

    [Fact]
    public async Task A_stream_passes_from_a_real_upstream_piece_by_piece()
    {
        await using var upstream = FakeUpstream.Start();
        string[] pieces = ["One ", "two ", "three."];
        upstream.Default = FakeReply.ChatStream(pieces);
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions().With(upstream));
        var (_, updates) = await ReadAsync(server.Chat("some-model"), Question);
        updates.SelectMany(u => u.ContentUpdate).Select(c => c.Text).Where(t => t.Length > 0).ShouldBe(pieces);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_has_no_finish_reason()
    {
        // This library passes over the error event that ends such a stream, so the missing reason is all that its user sees.
        await using var upstream = FakeUpstream.Start();
        upstream.Default = FakeReply.CutStream([FakeReply.ChunkJson("""{"role":"assistant","content":"One"}""")]);
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions().With(upstream));
        var (text, updates) = await ReadAsync(server.Chat("some-model"), Question);
        text.ShouldBe("One");
        updates.ShouldAllBe(u => u.FinishReason == null);
    }

    [Fact]
    public async Task A_caller_who_stops_reading_ends_the_upstream_s_work()
    {
        await using var upstream = FakeUpstream.Start();
        upstream.Default = FakeReply.StalledStream([FakeReply.ChunkJson("""{"role":"assistant","content":"One"}""")]);
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions().With(upstream));
        await foreach (var update in server.Chat("some-model").CompleteChatStreamingAsync(Question, cancellationToken: TestContext.Current.CancellationToken))
        {
            if (update.ContentUpdate.Count > 0) break;
        }
        var request = await upstream.NextRequestAsync();
        await request.CallerLeft.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    internal static async Task<(string Text, List<StreamingChatCompletionUpdate> Updates)> ReadAsync(ChatClient client, ChatMessage[] messages, ChatCompletionOptions? options = null)
    {
        var text = new StringBuilder();
        var updates = new List<StreamingChatCompletionUpdate>();
        await foreach (var update in client.CompleteChatStreamingAsync(messages, options, TestContext.Current.CancellationToken))
        {
            updates.Add(update);
            foreach (var part in update.ContentUpdate) text.Append(part.Text);
        }
        return (text.ToString(), updates);
    }
}
