using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Chat;
using Sluice.Testing;

namespace Sluice.Sdk.Tests;

/// <summary>How the library's own retries (three, on 429 and 5xx) go together with what the server says.</summary>
public class RetryTests
{
    private static readonly ChatMessage[] Question = [new UserChatMessage("Hello!")];

    [Fact]
    public async Task A_caller_who_waits_as_told_passes_the_rate_limit_with_one_retry()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-03-04T05:06:07Z", System.Globalization.CultureInfo.InvariantCulture));
        var arrivals = new Arrivals();
        await using var server = await SluiceServer.StartAsync(arrivals.Into(new SluiceServerOptions { Time = time, Settings = { ["Sluice:Sandbox:TokensPerSecond"] = "0" } }));
        var (key, _) = await server.CreateKeyAsync("""{"name":"slow","kind":"production","limits":{"requestsPerMinute":1}}""");
        var waits = new WaitsOn(time);
        var client = server.Chat(key: key, retries: waits);
        await client.CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        await client.CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        arrivals.Count.ShouldBe(3);
        waits.Waited.ShouldHaveSingleItem().ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(61));
    }

    [Fact]
    public async Task A_used_up_quota_ends_the_retries_within_seconds()
    {
        var arrivals = new Arrivals();
        await using var server = await SluiceServer.StartAsync(arrivals.Into(new SluiceServerOptions()));
        var (key, _) = await server.CreateKeyAsync("""{"name":"none","kind":"test","limits":{"callsPerDay":0}}""");
        var waits = new WaitsOn(null);
        var e = await Should.ThrowAsync<ClientResultException>(server.Chat(key: key, retries: waits).CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken));
        e.Message.ShouldContain("insufficient_quota");
        // The library does not know x-should-retry: it comes back three times, but is not sent to wait for the next day.
        arrivals.Count.ShouldBe(4);
        waits.Waited.Sum(w => Math.Max(0, w.TotalSeconds)).ShouldBeLessThanOrEqualTo(10);
    }

    [Fact]
    public async Task A_quota_says_that_retrying_is_of_no_use()
    {
        await using var server = await SluiceServer.StartAsync();
        var (key, _) = await server.CreateKeyAsync("""{"name":"none","kind":"test","limits":{"callsPerDay":0}}""");
        var e = await Should.ThrowAsync<ClientResultException>(server.Chat(key: key, retries: new ClientRetryPolicy(0)).CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken));
        e.GetRawResponse()!.Headers.TryGetValue("x-should-retry", out var retry).ShouldBeTrue();
        retry.ShouldBe("false");
    }

    [Fact]
    public async Task An_upstream_s_wish_to_wait_reaches_the_caller()
    {
        await using var upstream = FakeUpstream.Start();
        upstream.Enqueue(FakeReply.Error(429, "rate_limit_reached", headers: ("retry-after", "7")), FakeReply.Auto());
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions().With(upstream));
        var waits = new WaitsOn(null);
        ChatCompletion answer = await server.Chat("some-model", retries: waits).CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        upstream.RequestCount.ShouldBe(2);
        waits.Waited.ShouldHaveSingleItem().ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_refusal_that_retrying_cannot_help_is_sent_once()
    {
        var arrivals = new Arrivals();
        await using var server = await SluiceServer.StartAsync(arrivals.Into(new SluiceServerOptions()));
        await Should.ThrowAsync<ClientResultException>(server.Chat("no-such-model").CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken));
        arrivals.Count.ShouldBe(1);
    }

    /// <summary>Writes down what it was told to wait, and lets the clock jump instead.</summary>
    private sealed class WaitsOn(FakeTimeProvider? time) : ClientRetryPolicy
    {
        public List<TimeSpan> Waited { get; } = [];

        protected override Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
        {
            Waited.Add(wait);
            if (wait > TimeSpan.Zero) time?.Advance(wait);
            return Task.CompletedTask;
        }
    }

    /// <summary>Counts the calls that reach the server.</summary>
    private sealed class Arrivals : IStartupFilter
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public SluiceServerOptions Into(SluiceServerOptions options) => options with { Services = services => services.AddSingleton<IStartupFilter>(this) };

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(rest => http =>
            {
                if (http.Request.Path.StartsWithSegments("/v1")) Interlocked.Increment(ref _count);
                return rest(http);
            });
            next(app);
        };
    }
}
