using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Limits;
using Sluice.Gateway.Records;
using Sluice.Server.Storage.Records;
using Sluice.Server.Tests.Gateway;
using Sluice.Testing;

namespace Sluice.Server.Tests.Floods;

/// <summary>Limits that hold under any number of calls at once.</summary>
public sealed class QuotaFloodTests
{
    private static SluiceServerOptions Sandbox()
    {
        var options = new SluiceServerOptions();
        options.Settings["Sluice:Sandbox:TokensPerSecond"] = "0";
        return options;
    }

    private static HttpClient Connections(SluiceServer server, string key, int count)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = count }) { BaseAddress = new Uri(server.BaseUrl), Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Of_10_000_parallel_calls_at_500_a_day_exactly_500_succeed(bool stream)
    {
        await using var server = await SluiceServer.StartAsync(Sandbox());
        using var client = Connections(server, server.TestKey, 300);
        var (succeeded, refused, other) = (0, 0, 0);
        var body = """{"model":"deepseek-chat","max_tokens":1,"messages":[{"role":"user","content":"Hi"}]}""".Replace("\"max_tokens\":1", stream ? "\"max_tokens\":1,\"stream\":true" : "\"max_tokens\":1", StringComparison.Ordinal);
        await Task.WhenAll(Enumerable.Range(0, 10_000).Select(async _ =>
        {
            using var answer = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), SluiceServer.Json(body));
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode == HttpStatusCode.OK && !text.Contains("\"error\"", StringComparison.Ordinal)) Interlocked.Increment(ref succeeded);
            else if (answer.StatusCode == HttpStatusCode.TooManyRequests && text.Contains("\"code\":\"insufficient_quota\"", StringComparison.Ordinal)
                && answer.Headers.GetValues("x-should-retry").Single() == "false" && answer.Headers.RetryAfter is not null) Interlocked.Increment(ref refused);
            else Interlocked.Increment(ref other);
        }));
        (succeeded, refused, other).ShouldBe((500, 9_500, 0));

        var keys = await server.ManageAsync(HttpMethod.Get, "/api/v1/keys");
        var id = keys.GetProperty("data")[0].GetProperty("id").GetString()!;
        (await server.ManageAsync(HttpMethod.Get, $"/api/v1/keys/{id}")).GetProperty("usage").GetProperty("callsToday").GetInt64().ShouldBe(500);
        await server.Services.GetRequiredService<CallLedger>().DrainNowAsync(TestContext.Current.CancellationToken);
        var records = new Dictionary<CallState, int>();
        var reader = server.Services.GetRequiredService<RecordStorage>().Reader;
        for (string? cursor = null; ;)
        {
            var page = await reader.ListAsync(new RecordFilter { KeyId = id }, cursor, 1000, TestContext.Current.CancellationToken);
            foreach (var record in page.Records) records[record.State] = records.GetValueOrDefault(record.State) + 1;
            if ((cursor = page.NextCursor) is null) break;
        }
        records.ShouldBe(new Dictionary<CallState, int> { [CallState.Settled] = 500, [CallState.Refused] = 9_500 }, ignoreOrder: true);
    }

    [Fact]
    public async Task Of_many_parallel_calls_a_rate_limit_lets_exactly_its_number_through()
    {
        await using var server = await SluiceServer.StartAsync(Sandbox() with { Time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.Parse("2026-06-01T08:00:00Z", System.Globalization.CultureInfo.InvariantCulture)) });
        var (key, _) = await server.CreateKeyAsync("""{"name":"limited","kind":"production","limits":{"requestsPerMinute":37}}""");
        using var client = Connections(server, key, 100);
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), SluiceServer.Json(GatewayBed.ChatBody("deepseek-chat")))));
        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(37);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.OK))
        {
            ((int)refused.StatusCode).ShouldBe(429);
            (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"code\":\"rate_limit_exceeded\"");
            refused.Headers.GetValues("x-should-retry").Single().ShouldBe("true");
            refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 61);
            refused.Headers.GetValues("x-ratelimit-limit-requests").Single().ShouldBe("37");
            refused.Headers.GetValues("x-ratelimit-remaining-requests").Single().ShouldBe("0");
        }
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task Who_waits_as_long_as_told_is_let_through()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.Parse("2026-06-01T08:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        await using var server = await SluiceServer.StartAsync(Sandbox() with { Time = clock });
        var (key, _) = await server.CreateKeyAsync("""{"name":"limited","kind":"production","limits":{"requestsPerMinute":3}}""");
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 3; i++)
            {
                using var good = await server.ChatAsync(key: key);
                ((int)good.StatusCode).ShouldBe(200);
            }
            using var refused = await server.ChatAsync(key: key);
            ((int)refused.StatusCode).ShouldBe(429);
            clock.Advance(refused.Headers.RetryAfter!.Delta!.Value);
        }
    }

    [Fact]
    public async Task Tokens_a_minute_are_held_back_before_and_corrected_after_the_call()
    {
        await using var upstream = FakeUpstream.Start();
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions().With(upstream));
        var (key, _) = await server.CreateKeyAsync("""{"name":"limited","kind":"production","limits":{"tokensPerMinute":1000}}""");
        using var client = Connections(server, key, 10);
        async Task<(int Status, string Text)> AskAsync(string more)
        {
            using var answer = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), SluiceServer.Json(GatewayBed.ChatBody(more: more)));
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        // Never fits, so there is nothing to wait for.
        var (status, text) = await AskAsync(",\"max_tokens\":5000");
        status.ShouldBe(429);
        text.ShouldContain("max_tokens");
        // Holds 900 back, uses 18.
        (await AskAsync(",\"max_tokens\":900")).Status.ShouldBe(200);
        (await AskAsync(",\"max_tokens\":900")).Status.ShouldBe(200);
        // Uses far more than it said: the next is refused.
        upstream.Enqueue(FakeReply.Chat("much", 500, 5000));
        (await AskAsync("")).Status.ShouldBe(200);
        (await AskAsync("")).Text.ShouldContain("rate_limit_exceeded");
    }

    [Fact]
    public async Task A_failed_call_gives_everything_back()
    {
        await using var upstream = FakeUpstream.Start();
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions().With(upstream));
        var (key, id) = await server.CreateKeyAsync("""{"name":"limited","kind":"production","limits":{"callsPerDay":5,"concurrency":1}}""");
        upstream.Default = FakeReply.Error(500);
        for (var i = 0; i < 20; i++)
        {
            using var failed = await server.ChatAsync(key: key, stream: i % 2 == 0);
            ((int)failed.StatusCode).ShouldBe(502);
        }
        upstream.Default = FakeReply.Auto();
        for (var i = 0; i < 6; i++)
        {
            using var answer = await server.ChatAsync(key: key);
            ((int)answer.StatusCode).ShouldBe(i < 5 ? 200 : 429);
        }
        (await server.ManageAsync(HttpMethod.Get, $"/api/v1/keys/{id}")).GetProperty("usage").GetProperty("callsToday").GetInt64().ShouldBe(5);
    }
}
