using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;

namespace Sluice.Gateway.Tests.Limits;

public class SlidingLimitTests
{
    private readonly WallClock _clock = new(LimitKeys.Noon);

    [Fact]
    public void No_60_seconds_hold_more_than_the_limit_and_little_is_given_away()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(RequestsPerMinute: 60));
        var random = new Random(3);
        var taken = new List<long>();
        var start = _clock.GetTimestamp();
        for (var i = 0; i < 30_000; i++)
        {
            if (limits.Take(key, 0).Taken) taken.Add(_clock.GetElapsedTime(start).Ticks);
            _clock.Advance(TimeSpan.FromTicks(random.Next(0, 400_000)));
        }
        for (var i = 60; i < taken.Count; i++) (taken[i] - taken[i - 60]).ShouldBeGreaterThanOrEqualTo(TimeSpan.TicksPerMinute);
        var minutes = _clock.GetElapsedTime(start).TotalMinutes;
        taken.Count.ShouldBeGreaterThan((int)(60 * minutes * 0.97));
    }

    [Fact]
    public async Task Parallel_calls_take_exactly_the_limit_of_a_minute()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(RequestsPerMinute: 300, TokensPerMinute: 1000));
        var taken = 0;
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (_, _) =>
        {
            var verdict = limits.Take(key, 4);
            if (verdict.Taken) Interlocked.Increment(ref taken);
            limits.Settle(verdict.Ticket, 4, countsCall: true);
            return ValueTask.CompletedTask;
        });
        taken.ShouldBe(250);
    }

    [Fact]
    public async Task At_most_20_calls_are_under_way_at_once_and_none_in_the_end()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(Concurrency: 20));
        int now = 0, most = 0;
        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, _) =>
        {
            var verdict = limits.Take(key, 0);
            if (!verdict.Taken)
            {
                verdict.Exceeded.ShouldBe(LimitKind.Concurrency);
                return;
            }
            var mine = Interlocked.Increment(ref now);
            InterlockedMax(ref most, mine);
            await Task.Yield();
            Interlocked.Decrement(ref now);
            limits.Settle(verdict.Ticket, 0, countsCall: true);
        });
        most.ShouldBeLessThanOrEqualTo(20);
        limits.Take(key, 0).Snapshot.Concurrency.Remaining.ShouldBe(19);

        static void InterlockedMax(ref int target, int value)
        {
            int seen;
            while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen) { }
        }
    }

    [Fact]
    public void Unused_tokens_are_given_back_at_once()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(TokensPerMinute: 100));
        var ticket = limits.Take(key, 100).Ticket;
        limits.Take(key, 1).Taken.ShouldBeFalse();
        limits.Settle(ticket, 40, countsCall: true);
        limits.Take(key, 60).Taken.ShouldBeTrue();
        limits.Take(key, 1).Taken.ShouldBeFalse();
    }

    [Fact]
    public void Tokens_used_beyond_the_estimate_count_from_when_they_are_known()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(TokensPerMinute: 100));
        var ticket = limits.Take(key, 10).Ticket;
        _clock.Advance(TimeSpan.FromSeconds(50));
        limits.Settle(ticket, 150, countsCall: true);
        var refused = limits.Take(key, 1);
        refused.Exceeded.ShouldBe(LimitKind.TokensPerMinute);
        refused.Snapshot.TokensPerMinute.Remaining.ShouldBe(0);
        _clock.Advance(TimeSpan.FromSeconds(59));
        limits.Take(key, 1).Taken.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1.25));
        limits.Take(key, 100).Taken.ShouldBeTrue();
    }

    [Fact]
    public void A_call_larger_than_the_whole_limit_is_told_that_it_never_fits()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 1, TokensPerMinute: 100));
        limits.Take(key, 1);
        var refused = limits.Take(key, 101);
        refused.NeverFits.ShouldBeTrue();
        refused.Exceeded.ShouldBe(LimitKind.TokensPerMinute);
        refused.Limit.ShouldBe(100);
        refused.RetryAfter.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(LimitKind.CallsPerDay), InlineData(LimitKind.RequestsPerMinute), InlineData(LimitKind.TokensPerMinute), InlineData(LimitKind.Concurrency)]
    public void A_limit_of_zero_refuses_every_call(LimitKind kind)
    {
        using var limits = new InProcessLimits(_clock);
        var verdict = limits.Take(LimitKeys.Key(kind switch
        {
            LimitKind.CallsPerDay => new KeyLimits(CallsPerDay: 0),
            LimitKind.RequestsPerMinute => new KeyLimits(RequestsPerMinute: 0),
            LimitKind.TokensPerMinute => new KeyLimits(TokensPerMinute: 0),
            _ => new KeyLimits(Concurrency: 0),
        }), 0);
        verdict.Exceeded.ShouldBe(kind);
        verdict.NeverFits.ShouldBeTrue();
    }

    [Fact]
    public void Of_several_limits_the_day_is_named_and_the_longest_wait_is_told()
    {
        var clock = new WallClock(LimitKeys.Noon.Date.AddDays(1).AddSeconds(-10));
        using var limits = new InProcessLimits(clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 1, RequestsPerMinute: 1));
        limits.Take(key, 0);
        var refused = limits.Take(key, 0);
        refused.Exceeded.ShouldBe(LimitKind.CallsPerDay);
        refused.RetryAfter.ShouldBeGreaterThan(TimeSpan.FromSeconds(59));
        clock.Advance(refused.RetryAfter);
        limits.Take(key, 0).Taken.ShouldBeTrue();
    }

    [Fact]
    public void Without_the_day_the_limit_with_the_longest_wait_is_named()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(RequestsPerMinute: 2, TokensPerMinute: 10, Concurrency: 2));
        limits.Take(key, 1);
        _clock.Advance(TimeSpan.FromSeconds(20));
        limits.Take(key, 9);
        limits.Take(key, 5).Exceeded.ShouldBe(LimitKind.TokensPerMinute);
        limits.Take(key, 1).Exceeded.ShouldBe(LimitKind.RequestsPerMinute);
    }

    [Fact]
    public void Changed_limits_hold_from_the_next_call_and_keep_the_counts()
    {
        using var limits = new InProcessLimits(_clock);
        for (var i = 0; i < 5; i++) limits.Take(LimitKeys.Key(new KeyLimits(CallsPerDay: 5, RequestsPerMinute: 5)), 0).Taken.ShouldBeTrue();
        limits.Take(LimitKeys.Key(new KeyLimits(CallsPerDay: 7, RequestsPerMinute: 6)), 0).Taken.ShouldBeTrue();
        limits.Take(LimitKeys.Key(new KeyLimits(CallsPerDay: 7, RequestsPerMinute: 6)), 0).Exceeded.ShouldBe(LimitKind.RequestsPerMinute);
        limits.Take(LimitKeys.Key(new KeyLimits(CallsPerDay: 7)), 0).Taken.ShouldBeTrue();
        limits.Take(LimitKeys.Key(new KeyLimits(CallsPerDay: 7)), 0).Exceeded.ShouldBe(LimitKind.CallsPerDay);
        limits.Take(LimitKeys.Key(new KeyLimits()), 0).Taken.ShouldBeTrue();
    }

    [Fact]
    public void A_wall_clock_that_jumps_does_not_move_the_minute()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(RequestsPerMinute: 10));
        var taken = 0;
        for (var jump = 0; jump < 100; jump++)
        {
            _clock.Jumped += TimeSpan.FromHours(jump % 2 == 0 ? 1 : -1);
            if (limits.Take(key, 0).Taken) taken++;
        }
        taken.ShouldBe(10);
    }

    [Fact]
    public void Reset_is_the_time_until_the_limit_is_whole_again()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(RequestsPerMinute: 10, TokensPerMinute: 10));
        limits.Take(key, 3);
        _clock.Advance(TimeSpan.FromSeconds(7));
        var snapshot = limits.Take(key, 0).Snapshot;
        snapshot.RequestsPerMinute.Remaining.ShouldBe(8);
        _clock.Advance(snapshot.TokensPerMinute.Reset);
        limits.Take(key, 10).Taken.ShouldBeTrue();
        snapshot.RequestsPerMinute.Reset.ShouldBeGreaterThan(snapshot.TokensPerMinute.Reset);
    }

    [Fact]
    public void A_decision_allocates_nothing_once_a_key_is_warm()
    {
        using var limits = new InProcessLimits(TimeProvider.System);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 1_000_000, RequestsPerMinute: 1_000_000, TokensPerMinute: 100_000_000, Concurrency: 100));
        for (var i = 0; i < 100; i++) limits.Settle(limits.Take(key, 5).Ticket, 7, countsCall: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) limits.Settle(limits.Take(key, 5).Ticket, 7, countsCall: true);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1024);
    }
}
