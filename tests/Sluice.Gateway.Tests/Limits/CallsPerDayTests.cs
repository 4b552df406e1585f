using Sluice.Gateway.Keys;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Limits;

namespace Sluice.Gateway.Tests.Limits;

public class CallsPerDayTests
{
    private readonly WallClock _clock = new(LimitKeys.Noon);

    private static ApiKey PerDay(long calls, TimeZoneInfo? zone = null) => LimitKeys.Key(new KeyLimits(CallsPerDay: calls), zone: zone);

    [Fact]
    public async Task Of_10000_parallel_calls_at_quota_500_exactly_500_are_taken()
    {
        for (var round = 0; round < 100; round++)
        {
            using var limits = new InProcessLimits(_clock);
            var key = PerDay(500);
            var taken = 0;
            await Parallel.ForAsync(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (_, _) =>
            {
                for (var i = 0; i < 100; i++)
                {
                    var verdict = limits.Take(key, 10);
                    if (!verdict.Taken) continue;
                    Interlocked.Increment(ref taken);
                    limits.Settle(verdict.Ticket, 10, countsCall: true);
                }
                return ValueTask.CompletedTask;
            });
            taken.ShouldBe(500);
            limits.CallsOn(key.Id, limits.Take(key, 0).Day).ShouldBe(500);
        }
    }

    [Fact]
    public async Task Calls_given_back_in_parallel_are_there_again_to_the_last_one()
    {
        using var limits = new InProcessLimits(_clock);
        var key = PerDay(500);
        var kept = 0;
        await Parallel.ForAsync(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (worker, _) =>
        {
            for (var i = 0; i < 100; i++)
            {
                var verdict = limits.Take(key, 0);
                if (!verdict.Taken) continue;
                var counts = (worker + i) % 3 != 0;
                if (counts) Interlocked.Increment(ref kept);
                limits.Settle(verdict.Ticket, 0, counts);
            }
            return ValueTask.CompletedTask;
        });
        while (limits.Take(key, 0) is { Taken: true }) kept++;
        kept.ShouldBe(500);
    }

    [Fact]
    public void A_refused_call_takes_nothing_from_any_limit()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 5, RequestsPerMinute: 100, TokensPerMinute: 10, Concurrency: 100));
        limits.Take(key, 8).Taken.ShouldBeTrue();
        for (var i = 0; i < 50; i++) limits.Take(key, 3).Taken.ShouldBeFalse();
        var verdict = limits.Take(key, 2);
        verdict.Taken.ShouldBeTrue();
        verdict.Snapshot.CallsPerDay.Remaining.ShouldBe(3);
        verdict.Snapshot.RequestsPerMinute.Remaining.ShouldBe(98);
        verdict.Snapshot.Concurrency.Remaining.ShouldBe(98);
    }

    [Fact]
    public void A_second_settlement_does_nothing()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 2, TokensPerMinute: 100, Concurrency: 2));
        var first = limits.Take(key, 50).Ticket;
        var second = limits.Take(key, 50).Ticket;
        limits.Settle(first, 20, countsCall: false);
        limits.Settle(first, 0, countsCall: false);
        var third = limits.Take(key, 30);
        third.Taken.ShouldBeTrue();
        limits.Settle(first, 0, countsCall: false);
        var snapshot = limits.Take(key, 0).Snapshot;
        snapshot.CallsPerDay.Remaining.ShouldBe(0);
        snapshot.TokensPerMinute.Remaining.ShouldBe(0);
        snapshot.Concurrency.Remaining.ShouldBe(0);
        limits.Settle(second, 50, countsCall: true);
    }

    [Fact]
    public void A_call_is_given_back_to_the_day_it_was_taken_from()
    {
        using var limits = new InProcessLimits(_clock);
        var key = PerDay(3);
        var yesterday = limits.Take(key, 0);
        limits.Take(key, 0);
        _clock.Advance(TimeSpan.FromDays(1));
        var today = limits.Take(key, 0);
        limits.Settle(yesterday.Ticket, 0, countsCall: false);
        today.Day.ShouldBe(yesterday.Day + 1);
        limits.CallsOn(key.Id, yesterday.Day).ShouldBe(1);
        limits.CallsOn(key.Id, today.Day).ShouldBe(1);
    }

    [Theory]
    [InlineData("America/New_York", 2026, 3, 8)]    // 23 hours
    [InlineData("America/New_York", 2026, 11, 1)]   // 25 hours
    [InlineData("Africa/Cairo", 2026, 4, 24)]       // begins at 01:00, midnight does not exist
    [InlineData("America/Havana", 2026, 11, 1)]     // midnight exists twice
    [InlineData("Asia/Kathmandu", 2026, 6, 1)]      // offset of 5:45
    [InlineData("Australia/Lord_Howe", 2026, 4, 5)] // clocks change by half an hour
    [InlineData("Pacific/Kiritimati", 2026, 1, 1)]  // UTC+14
    [InlineData("Pacific/Apia", 2011, 12, 31)]      // the day before was skipped
    public void A_day_begins_at_midnight_of_the_zone_exactly_once(string zoneId, int year, int month, int date)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        var day = new DateOnly(year, month, date);
        var clock = new WallClock(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(-1.4));
        using var limits = new InProcessLimits(clock);
        var key = PerDay(4, zone);
        var taken = new Dictionary<int, int>();
        var end = clock.GetUtcNow().AddDays(3);
        while (clock.GetUtcNow() < end)
        {
            var verdict = limits.Take(key, 0);
            if (verdict.Taken) taken[verdict.Day] = taken.GetValueOrDefault(verdict.Day) + 1;
            verdict.Day.ShouldBe(InProcessLimits.DayOf(zone, clock.GetUtcNow()));
            clock.Advance(TimeSpan.FromMinutes(7));
        }
        taken.ShouldContainKey(day.DayNumber);
        taken.Values.ShouldAllBe(calls => calls == 4);
    }

    [Theory]
    [InlineData("America/New_York", 2026, 3, 8)]
    [InlineData("America/New_York", 2026, 11, 1)]
    [InlineData("Africa/Cairo", 2026, 4, 24)]
    [InlineData("America/Havana", 2026, 11, 1)]
    [InlineData("Asia/Shanghai", 2026, 6, 1)]
    [InlineData("Pacific/Apia", 2011, 12, 31)]
    public void Retry_after_of_the_day_ends_with_the_first_tick_of_the_next(string zoneId, int year, int month, int date)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        var clock = new WallClock(new DateTimeOffset(year, month, date, 0, 0, 0, TimeSpan.Zero).AddHours(-20).AddTicks(1234567));
        using var limits = new InProcessLimits(clock);
        var key = PerDay(1, zone);
        for (var i = 0; i < 4; i++)
        {
            limits.Take(key, 0).Taken.ShouldBeTrue();
            var refused = limits.Take(key, 0);
            refused.Exceeded.ShouldBe(LimitKind.CallsPerDay);
            refused.Limit.ShouldBe(1);
            clock.Advance(refused.RetryAfter - TimeSpan.FromTicks(1));
            limits.Take(key, 0).Taken.ShouldBeFalse();
            clock.Advance(TimeSpan.FromTicks(1));
        }
    }

    [Fact]
    public void A_wall_clock_that_jumps_never_grants_a_day_twice()
    {
        using var limits = new InProcessLimits(_clock);
        var key = PerDay(10);
        var taken = new Dictionary<int, int>();
        var random = new Random(7);
        for (var jump = 0; jump < 200; jump++)
        {
            _clock.Jumped += TimeSpan.FromHours(random.Next(-30, 31));
            for (var i = 0; i < 3; i++)
            {
                var verdict = limits.Take(key, 0);
                if (verdict.Taken) taken[verdict.Day] = taken.GetValueOrDefault(verdict.Day) + 1;
            }
            _clock.Advance(TimeSpan.FromMinutes(20));
        }
        taken.Values.ShouldAllBe(calls => calls <= 10);
    }

    [Fact]
    public void A_clock_that_was_a_year_ahead_and_comes_back_leaves_the_day_as_it_was()
    {
        using var limits = new InProcessLimits(_clock);
        var key = PerDay(10);
        for (var i = 0; i < 4; i++) limits.Take(key, 0).Taken.ShouldBeTrue();
        _clock.Jumped = TimeSpan.FromDays(365);
        limits.Take(key, 0).Taken.ShouldBeTrue();
        _clock.Jumped = TimeSpan.Zero;
        var left = 0;
        while (limits.Take(key, 0).Taken) left++;
        left.ShouldBe(6);
    }

    [Fact]
    public void Counts_from_before_a_restart_are_continued()
    {
        using var limits = new InProcessLimits(_clock);
        var key = PerDay(10);
        var today = InProcessLimits.DayOf(TimeZoneInfo.Utc, _clock.GetUtcNow());
        limits.Restore([new DayCount(key.Id, today, 7), new DayCount(key.Id, today - 1, 9), new DayCount("key_other", today, 3)]);
        limits.CallsOn(key.Id, today).ShouldBe(7);
        limits.Take(key, 0).Snapshot.CallsPerDay.Remaining.ShouldBe(2);
        limits.CallsOn(key.Id, today).ShouldBe(8);
        limits.CallsOn(key.Id, today - 1).ShouldBe(9);
        limits.CallsOn("key_other", today).ShouldBe(3);
    }

    [Fact]
    public void A_key_is_kept_while_its_day_or_a_call_lasts()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 10, RequestsPerMinute: 10, TokensPerMinute: 10));
        limits.Settle(limits.Take(key, 1).Ticket, 1, countsCall: true);
        _clock.Advance(TimeSpan.FromHours(11));
        var second = limits.Take(key, 1);
        second.Snapshot.CallsPerDay.Remaining.ShouldBe(8);
        limits.Settle(second.Ticket, 1, countsCall: true);
        limits.KeysHeld.ShouldBe(1);
        var open = limits.Take(key, 1).Ticket;
        _clock.Advance(TimeSpan.FromDays(4));
        limits.KeysHeld.ShouldBe(1, "a call is still under way");
        limits.Settle(open, 1, countsCall: true);
        _clock.Advance(TimeSpan.FromMinutes(2));
        limits.KeysHeld.ShouldBe(0);
    }

    [Fact]
    public void Memory_of_keys_that_no_longer_call_is_given_back()
    {
        using var limits = new InProcessLimits(_clock);
        for (var i = 0; i < 1000; i++)
        {
            var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 10, RequestsPerMinute: 10), $"key_{i}", organisation: $"org_{i % 7}");
            limits.Settle(limits.Take(key, 1).Ticket, 1, countsCall: true);
        }
        limits.KeysHeld.ShouldBe(1000);
        for (var i = 0; i < 4; i++) _clock.Advance(TimeSpan.FromDays(1));
        limits.KeysHeld.ShouldBe(0);
        _clock.Jumped = TimeSpan.FromDays(-4);
        limits.Take(LimitKeys.Key(new KeyLimits(CallsPerDay: 10), "key_1"), 0).Day
            .ShouldBe(InProcessLimits.DayOf(TimeZoneInfo.Utc, LimitKeys.Noon) + 1, "the day that was dropped stays closed");
    }
}
