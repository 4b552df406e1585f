using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;

namespace Sluice.Gateway.Tests.Limits;

/// <summary>What a grant of more quota does, and when it ends.</summary>
public class BoostTests
{
    private readonly WallClock _clock = new(LimitKeys.Noon);

    private static LimitBoost Boost(LimitKind limit, long value, double fromSeconds, double untilSeconds)
        => new(limit, value, LimitKeys.Noon.AddSeconds(fromSeconds), LimitKeys.Noon.AddSeconds(untilSeconds));

    [Theory]
    [InlineData(LimitKind.CallsPerDay), InlineData(LimitKind.RequestsPerMinute), InlineData(LimitKind.Concurrency)]
    public void A_grant_holds_from_its_first_millisecond_to_its_last(LimitKind kind)
    {
        var limits = kind switch
        {
            LimitKind.CallsPerDay => new KeyLimits(CallsPerDay: 1),
            LimitKind.RequestsPerMinute => new KeyLimits(RequestsPerMinute: 1),
            _ => new KeyLimits(Concurrency: 1),
        };
        using var decide = new InProcessLimits(_clock);
        var key = LimitKeys.Key(limits, boosts: [Boost(kind, 3, 10, 20)]);
        decide.Take(key, 0).Taken.ShouldBeTrue();
        _clock.AdvanceTo(LimitKeys.Noon.AddSeconds(10).AddMilliseconds(-1));
        var early = decide.Take(key, 0);
        early.Exceeded.ShouldBe(kind);
        early.Limit.ShouldBe(1);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        decide.Take(key, 0).Taken.ShouldBeTrue();
        _clock.AdvanceTo(LimitKeys.Noon.AddSeconds(20).AddMilliseconds(-1));
        decide.Take(key, 0).Taken.ShouldBeTrue();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var late = decide.Take(key, 0);
        late.Taken.ShouldBeFalse();
        late.Limit.ShouldBe(1);
    }

    [Fact]
    public void Tokens_a_minute_are_raised_and_lowered_on_time_too()
    {
        using var decide = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(TokensPerMinute: 10), boosts: [Boost(LimitKind.TokensPerMinute, 100, 0, 20)]);
        _clock.AdvanceTo(LimitKeys.Noon.AddSeconds(20).AddMilliseconds(-1));
        decide.Take(key, 90).Taken.ShouldBeTrue();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var refused = decide.Take(key, 1);
        refused.Exceeded.ShouldBe(LimitKind.TokensPerMinute);
        refused.NeverFits.ShouldBeFalse();
        decide.Take(key, 11).NeverFits.ShouldBeTrue();
    }

    [Fact]
    public void Counts_go_on_through_a_grant_and_the_snapshot_shows_the_limit_in_force()
    {
        using var decide = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 5), boosts: [Boost(LimitKind.CallsPerDay, 8, 10, 20)]);
        for (var i = 0; i < 5; i++) decide.Take(key, 0).Taken.ShouldBeTrue();
        _clock.AdvanceTo(LimitKeys.Noon.AddSeconds(10));
        var raised = decide.Take(key, 0).Snapshot.CallsPerDay;
        (raised.Limit, raised.Remaining).ShouldBe((8, 2));
        _clock.AdvanceTo(LimitKeys.Noon.AddSeconds(20));
        var lowered = decide.Take(key, 0).Snapshot.CallsPerDay;
        (lowered.Limit, lowered.Remaining).ShouldBe((5, 0));
    }

    [Fact]
    public void Of_overlapping_grants_the_largest_counts_and_none_lowers_a_limit()
    {
        using var decide = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(RequestsPerMinute: 50), boosts: [Boost(LimitKind.RequestsPerMinute, 80, 0, 30), Boost(LimitKind.RequestsPerMinute, 70, 0, 60), Boost(LimitKind.RequestsPerMinute, 10, 0, 90)]);
        decide.Take(key, 0).Snapshot.RequestsPerMinute.Limit.ShouldBe(80);
        _clock.AdvanceTo(LimitKeys.Noon.AddSeconds(30));
        decide.Take(key, 0).Snapshot.RequestsPerMinute.Limit.ShouldBe(70);
        _clock.AdvanceTo(LimitKeys.Noon.AddSeconds(60));
        decide.Take(key, 0).Snapshot.RequestsPerMinute.Limit.ShouldBe(50);
    }

    [Fact]
    public void A_grant_makes_no_limit_where_there_was_none()
    {
        using var decide = new InProcessLimits(_clock);
        var key = LimitKeys.Key(KeyLimits.None, boosts: [Boost(LimitKind.RequestsPerMinute, 1, 0, 30), Boost(LimitKind.Concurrency, 1, 0, 30)]);
        for (var i = 0; i < 5; i++) decide.Take(key, 0).Taken.ShouldBeTrue();
    }

    [Fact]
    public void The_wait_ends_where_a_grant_begins()
    {
        using var decide = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 0, Concurrency: 1), boosts: [Boost(LimitKind.CallsPerDay, 2, 100, 200)]);
        var refused = decide.Take(key, 0);
        refused.NeverFits.ShouldBeFalse();
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(100));
        _clock.Advance(refused.RetryAfter);
        decide.Take(key, 0).Taken.ShouldBeTrue();
    }

    [Fact]
    public void The_wait_does_not_count_on_a_grant_that_ends_before()
    {
        using var decide = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(RequestsPerMinute: 1), boosts: [Boost(LimitKind.RequestsPerMinute, 3, 0, 30)]);
        decide.Take(key, 0);
        _clock.Advance(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 2; i++) decide.Take(key, 0).Taken.ShouldBeTrue();
        var refused = decide.Take(key, 0);
        // After a minute one of the three is back, but only one is allowed then: the last two must go too.
        refused.RetryAfter.ShouldBeGreaterThan(TimeSpan.FromSeconds(60));
        _clock.Advance(refused.RetryAfter - TimeSpan.FromTicks(1));
        decide.Take(key, 0).Taken.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));
        decide.Take(key, 0).Taken.ShouldBeTrue();
    }

    [Fact]
    public void A_clock_that_is_set_back_into_a_grant_finds_it_again()
    {
        using var decide = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(RequestsPerMinute: 10), boosts: [Boost(LimitKind.RequestsPerMinute, 30, 0, 30)]);
        _clock.AdvanceTo(LimitKeys.Noon.AddSeconds(31));
        decide.Take(key, 0).Snapshot.RequestsPerMinute.Limit.ShouldBe(10);
        _clock.Jumped = TimeSpan.FromSeconds(-10);
        decide.Take(key, 0).Snapshot.RequestsPerMinute.Limit.ShouldBe(30);
    }

    [Fact]
    public void A_decision_within_a_grant_allocates_nothing_once_a_key_is_warm()
    {
        using var decide = new InProcessLimits(TimeProvider.System);
        var key = LimitKeys.Key(new KeyLimits(1, 1, 1, 1), boosts:
        [
            .. new[] { LimitKind.CallsPerDay, LimitKind.RequestsPerMinute, LimitKind.TokensPerMinute, LimitKind.Concurrency }
                .Select(kind => new LimitBoost(kind, 100_000_000, DateTimeOffset.MinValue, DateTimeOffset.MaxValue)),
        ]);
        for (var i = 0; i < 100; i++) decide.Settle(decide.Take(key, 5).Ticket, 7, countsCall: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) decide.Settle(decide.Take(key, 5).Ticket, 7, countsCall: true);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1024);
    }
}
