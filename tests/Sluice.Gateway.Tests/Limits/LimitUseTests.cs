using Sluice.Gateway.Keys;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Limits;

namespace Sluice.Gateway.Tests.Limits;

public class LimitUseTests
{
    private readonly WallClock _clock = new(LimitKeys.Noon);

    [Fact]
    public void What_is_taken_is_read_without_taking_anything()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 10, RequestsPerMinute: 10, TokensPerMinute: 100, Concurrency: 5));
        var verdict = limits.Take(key, 30);
        limits.Take(key, 20);
        limits.Settle(verdict.Ticket, 40, countsCall: true);
        for (var i = 0; i < 2; i++)
        {
            var use = limits.Read(key.Id, TimeZoneInfo.Utc);
            (use.CallsToday, use.Requests, use.Tokens, use.UnderWay).ShouldBe((2, 2, 60, 1));
            use.DayEndsIn.ShouldBe(TimeSpan.FromHours(12));
            use.RequestsEmptyIn.ShouldBeGreaterThan(TimeSpan.FromSeconds(59));
        }
    }

    [Fact]
    public void Minutes_pass_and_days_begin_anew_without_any_call()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 10, RequestsPerMinute: 10));
        limits.Settle(limits.Take(key, 0).Ticket, 0, countsCall: true);
        _clock.Advance(TimeSpan.FromMinutes(2));
        var later = limits.Read(key.Id, TimeZoneInfo.Utc);
        (later.CallsToday, later.Requests, later.RequestsEmptyIn).ShouldBe((1, 0, TimeSpan.Zero));
        _clock.Advance(TimeSpan.FromHours(12));
        limits.Read(key.Id, TimeZoneInfo.Utc).CallsToday.ShouldBe(0);
    }

    [Fact]
    public void A_key_that_has_not_called_since_the_start_has_what_was_counted_before()
    {
        using var limits = new InProcessLimits(_clock);
        limits.Restore([new DayCount("key_restored", InProcessLimits.DayOf(TimeZoneInfo.Utc, LimitKeys.Noon), 7)]);
        limits.Read("key_restored", TimeZoneInfo.Utc).CallsToday.ShouldBe(7);
        limits.Read("key_unknown", TimeZoneInfo.Utc).CallsToday.ShouldBe(0);
        limits.KeysHeld.ShouldBe(0);
    }
}
