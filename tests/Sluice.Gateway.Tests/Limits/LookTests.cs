using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;

namespace Sluice.Gateway.Tests.Limits;

/// <summary>To look is to be told what taking would come to, and to change nothing.</summary>
public class LookTests
{
    private readonly WallClock _clock = new(LimitKeys.Noon);

    [Fact]
    public void Looking_takes_from_no_limit_however_often()
    {
        using var limits = new InProcessLimits(_clock);
        var key = LimitKeys.Key(new KeyLimits(CallsPerDay: 1, RequestsPerMinute: 1, TokensPerMinute: 10, Concurrency: 1));
        for (var i = 0; i < 100; i++)
        {
            var look = limits.Look(key, 10);
            look.Taken.ShouldBeTrue();
            look.Ticket.IsEmpty.ShouldBeTrue();
            limits.CallsOn(key.Id, look.Day).ShouldBe(0);
        }

        limits.Take(key, 10).Taken.ShouldBeTrue();
    }

    [Fact]
    public void What_is_seen_is_what_taking_says()
    {
        foreach (var size in new[] { new KeyLimits(CallsPerDay: 1), new KeyLimits(RequestsPerMinute: 1), new KeyLimits(TokensPerMinute: 10), new KeyLimits(Concurrency: 1), new KeyLimits(CallsPerDay: 0) })
        {
            using var limits = new InProcessLimits(_clock);
            var key = LimitKeys.Key(size);
            limits.Take(key, 6);
            var look = limits.Look(key, 6);
            var take = limits.Take(key, 6);
            (look.Taken, look.Exceeded, look.Limit, look.RetryAfter, look.NeverFits, look.Day, look.Snapshot).ShouldBe((take.Taken, take.Exceeded, take.Limit, take.RetryAfter, take.NeverFits, take.Day, take.Snapshot));
            look.Taken.ShouldBeFalse();
        }
    }
}
