using System.Net;
using Sluice.Server.Tests.Gateway;
using Sluice.Testing;

namespace Sluice.Server.Tests.Floods;

/// <summary>The limit on calls at once: never more, and free again the moment that an answer is there.</summary>
public sealed class ConcurrencyTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    [Theory, InlineData("json", 2000), InlineData("stream", 2000), InlineData("long json", 200), InlineData("long chunked json", 200), InlineData("refused", 500), InlineData("broken stream", 300), InlineData("upstream error", 300)]
    public async Task The_call_after_an_answer_is_never_refused_at_a_limit_of_one(string kind, int calls)
    {
        var (key, _) = await bed.NewKeyAsync("""{"name":"single","kind":"production","limits":{"concurrency":1}}""");
        var json = FakeReply.ChatJson(new string('y', 120_000));
        bed.Upstream.Choose = _ => kind switch
        {
            "long json" => FakeReply.Json(200, json),
            "long chunked json" => FakeReply.Steps(FakeReply.Head(200, "application/json"), FakeReply.Chunk(json), FakeReply.EndChunks()),
            "broken stream" => FakeReply.CutStream([FakeReply.ChunkJson("""{"content":"x"}""")]),
            "upstream error" => FakeReply.Error(500),
            "stream" => FakeReply.ChatStream(["Hello"]),
            _ => FakeReply.Chat("Hello"),
        };
        try
        {
            for (var i = 0; i < calls; i++)
            {
                var answer = await bed.ChatAsync(kind.EndsWith("stream", StringComparison.Ordinal), kind == "refused" && i % 2 == 0 ? "unknown" : "m", key);
                answer.Status.ShouldNotBe(429, $"call {i}");
            }
        }
        finally
        {
            bed.Upstream.Choose = null;
        }
        await GatewayBed.EventuallyAsync(() => bed.InFlight == 0, "nothing is under way");
    }

    [Fact]
    public async Task Never_more_than_the_limit_reach_the_upstream_and_all_is_free_afterwards()
    {
        var (key, _) = await bed.NewKeyAsync("""{"name":"twenty","kind":"production","limits":{"concurrency":20}}""");
        var (most, now) = (0, 0);
        bed.Upstream.Choose = _ => FakeReply.Steps(
            (_, _) =>
            {
                var count = Interlocked.Increment(ref now);
                InterlockedMax(ref most, count);
                return Task.CompletedTask;
            },
            FakeReply.Pause(TimeSpan.FromMilliseconds(5)),
            (_, _) =>
            {
                Interlocked.Decrement(ref now);
                return Task.CompletedTask;
            },
            FakeReply.Write($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {FakeReply.ChatJson("x").Length}\r\n\r\n{FakeReply.ChatJson("x")}"));
        var (succeeded, refused) = (0, 0);
        try
        {
            await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (_, _) =>
            {
                var answer = await bed.ChatAsync(key: key);
                if (answer.Status == 200) Interlocked.Increment(ref succeeded);
                else if (answer.ShouldBeRefused(429, "rate_limit_exceeded").Header("x-ratelimit-limit-concurrency") == "20") Interlocked.Increment(ref refused);
            });
            most.ShouldBeInRange(1, 20);
            (succeeded + refused).ShouldBe(1000);
            // Callers who leave: the upstream may not have noticed yet when the next one is let in, so only the end is looked at.
            await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 60 }, async (i, _) =>
            {
                using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl);
                await caller.PostAsync("/v1/chat/completions", key, GatewayBed.ChatBody(stream: i % 3 == 0));
                if (i % 2 == 0) caller.Reset();
            });
        }
        finally
        {
            await GatewayBed.EventuallyAsync(() => bed.InFlight == 0, "nothing is under way");
            bed.Upstream.Choose = null;
        }
        // The gauge is at nothing again: twenty at once are let in.
        var gate = new TaskCompletionSource();
        bed.Upstream.Choose = _ => FakeReply.Chat("together").When(gate.Task);
        var together = Enumerable.Range(0, 20).Select(_ => bed.ChatAsync(key: key)).ToArray();
        await GatewayBed.EventuallyAsync(() => bed.Upstream.UnderWay == 20, "twenty are under way");
        (await bed.ChatAsync(key: key)).ShouldBeRefused(429, "rate_limit_exceeded");
        gate.SetResult();
        foreach (var answer in await Task.WhenAll(together)) answer.Status.ShouldBe(200);
        bed.Upstream.Choose = null;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
    }
}
