using System.Net;
using Microsoft.Extensions.Time.Testing;
using Sluice.Contracts.Management;
using Sluice.Testing;

namespace Sluice.Server.Tests.Hosting;

/// <summary>Everything wired together, in this process.</summary>
public sealed class WholeServerTests
{
    [Fact]
    public async Task A_call_passes_every_part_and_is_recorded()
    {
        await using var upstream = FakeUpstream.Start();
        upstream.Enqueue(FakeReply.Chat("Good day.", promptTokens: 21, completionTokens: 4));
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions
        {
            Settings =
            {
                ["Sluice:Prices:0:Model"] = "m", ["Sluice:Prices:0:Currency"] = "CNY", ["Sluice:Prices:0:InputPerMillion"] = "2", ["Sluice:Prices:0:OutputPerMillion"] = "3",
            },
        }.With(upstream, "m"));

        using var answer = await server.ChatAsync(model: "m");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("Good day.");
        var request = (await upstream.NextRequestAsync());
        request.Target.ShouldBe("/v1/chat/completions");
        request.Header("Authorization").ShouldBe("Bearer upstream-key-0");

        var record = (await server.RequestsAsync(atLeast: 1)).ShouldHaveSingleItem();
        (record.State, record.Status, record.UpstreamName, record.ModelAsked).ShouldBe((RequestStates.Settled, 200, "fake-0", "m"));
        (record.Tokens.Prompt, record.Tokens.Completion, record.Tokens.Source).ShouldBe((21, 4, TokenSources.Reported));
        record.Cost.ShouldNotBeNull();
        record.ClientIp.ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task A_stream_is_passed_through_as_it_comes()
    {
        await using var upstream = FakeUpstream.Start();
        var gate = new TaskCompletionSource();
        upstream.Enqueue(FakeReply.Steps(FakeReply.Head(200, "text/event-stream"), FakeReply.Event(FakeReply.ChunkJson("""{"role":"assistant","content":"first"}""")),
            FakeReply.WaitFor(gate.Task), FakeReply.Event(FakeReply.ChunkJson("{}", "stop")), FakeReply.Event("[DONE]"), FakeReply.EndChunks()));
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions().With(upstream));
        using var answer = await server.ChatAsync(stream: true);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!.ShouldContain("first");
        gate.SetResult();
        (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd().ShouldEndWith("data: [DONE]");
    }

    [Fact]
    public async Task A_key_made_by_the_management_api_works_from_the_next_call_on_and_a_revoked_one_does_not()
    {
        await using var server = await SluiceServer.StartAsync();
        var (key, id) = await server.CreateKeyAsync();
        using (var answer = await server.ChatAsync(key: key)) answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/revoke");
        using var refused = await server.ChatAsync(key: key);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_clock_can_be_set()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2027, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions { Time = clock });
        var (key, _) = await server.CreateKeyAsync("""{"name":"short-lived","kind":"test","expiresAt":"2027-03-01T13:00:00Z"}""");
        using (var answer = await server.ChatAsync(key: key)) answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromHours(1));
        using var refused = await server.ChatAsync(key: key);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("expired_api_key");
    }

    [Fact]
    public async Task A_real_upstream_takes_the_place_of_the_sandbox()
    {
        await using var upstream = FakeUpstream.Start();
        await using var server = await SluiceServer.StartAsync();
        using (var answer = await server.ChatAsync()) answer.Headers.GetValues("x-sluice-upstream").ShouldBe(["sandbox"]);
        await server.ManageAsync(HttpMethod.Post, "/api/v1/upstreams",
            $$"""{"name":"real","kind":"openai","baseUrl":"{{upstream.BaseUrl}}","apiKey":"k","models":["deepseek-chat"],"allowPrivateAddress":true}""");
        using (var answer = await server.ChatAsync())
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            upstream.RequestCount.ShouldBe(1);
        }
        using var other = await server.ChatAsync(model: "gpt-4o-mini");
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_data_folder_serves_one_server_after_another()
    {
        using var folder = new TempFolder();
        var data = folder.File("data");
        string key;
        await using (var first = await SluiceServer.StartAsync(new SluiceServerOptions { DataFolder = data }))
        {
            key = first.TestKey;
            using var answer = await first.ChatAsync();
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        await using var second = await SluiceServer.StartAsync(new SluiceServerOptions { DataFolder = data });
        second.TestKey.ShouldBe(key);
        (await second.RequestsAsync()).ShouldHaveSingleItem();
    }
}
