using Microsoft.Extensions.Time.Testing;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>More quota for a while, as the caller sees it.</summary>
public sealed class GrantTests(GrantTests.Bed bed) : IClassFixture<GrantTests.Bed>
{
    [Fact]
    public async Task A_used_up_day_says_that_more_can_be_applied_for_and_when_it_is_reset()
    {
        var (key, _) = await bed.NewKeyAsync("""{"name":"small","kind":"test","limits":{"callsPerDay":1}}""");
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
        var message = (await bed.ChatAsync(key: key)).ShouldBeRefused(429, "insufficient_quota").Error.GetProperty("message").GetString()!;
        message.ShouldContain("1 calls a day");
        message.ShouldContain("It is reset at ");
        message.ShouldContain("(midnight in ");
        message.ShouldEndWith("Its owner can raise it, or apply for more quota.");
    }

    [Fact]
    public async Task A_grant_holds_until_the_millisecond_it_ends_and_the_headers_show_it()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"granted","kind":"production","limits":{"callsPerDay":1,"requestsPerMinute":1,"tokensPerMinute":500,"concurrency":1}}""");
        var until = bed.Clock.GetUtcNow().AddMinutes(5);
        await bed.Server.GrantAsync(id, "callsPerDay", 5, bed.Clock.GetUtcNow(), until);
        await bed.Server.GrantAsync(id, "requestsPerMinute", 40, bed.Clock.GetUtcNow(), until);
        await bed.Server.GrantAsync(id, "tokensPerMinute", 60_000, bed.Clock.GetUtcNow(), until);
        await bed.Server.GrantAsync(id, "concurrency", 7, bed.Clock.GetUtcNow(), until);
        var first = await bed.ChatAsync(key: key);
        first.Status.ShouldBe(200);
        first.Header("x-ratelimit-limit-requests-day").ShouldBe("5");
        first.Header("x-ratelimit-remaining-requests-day").ShouldBe("4");
        first.Header("x-ratelimit-limit-tokens").ShouldBe("60000");
        first.Header("x-ratelimit-limit-concurrency").ShouldBe("7");
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
        bed.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
        bed.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var refused = (await bed.ChatAsync(key: key)).ShouldBeRefused(429, "insufficient_quota");
        refused.Header("x-ratelimit-limit-requests-day").ShouldBe("1");
        refused.Header("x-ratelimit-remaining-requests-day").ShouldBe("0");
        refused.Error.GetProperty("message").GetString()!.ShouldContain("1 calls a day");
    }

    [Fact]
    public async Task A_refused_call_is_told_of_a_grant_that_begins_before_midnight()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"soon","kind":"production","limits":{"callsPerDay":1}}""");
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
        var from = bed.Clock.GetUtcNow().AddMinutes(30);
        await bed.Server.GrantAsync(id, "callsPerDay", 2, from, from.AddHours(1));
        (await bed.ChatAsync(key: key)).ShouldBeRefused(429, "insufficient_quota").Error.GetProperty("message").GetString()!
            .ShouldContain($"The next call is possible at {from.UtcDateTime:yyyy-MM-dd HH:mm} UTC.");
        bed.Clock.Advance(TimeSpan.FromMinutes(30));
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
    }

    public sealed class Bed : GatewayBed
    {
        // The gateway's deadlines run on it too, so it is only ever moved between calls.
        public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 6, 1, 2, 0, 0, TimeSpan.Zero));

        protected override SluiceServerOptions Options() => base.Options() with { Time = Clock };
    }
}
