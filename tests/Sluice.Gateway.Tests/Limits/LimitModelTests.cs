using CsCheck;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;

namespace Sluice.Gateway.Tests.Limits;

/// <summary>The limits against the plainest model there is: a list of everything that was ever taken.</summary>
public class LimitModelTests
{
    private abstract record Step;
    private sealed record Call(int Tokens) : Step;
    private sealed record End(int Which, int Tokens, bool Counts) : Step;
    private sealed record Pass(int Milliseconds) : Step;
    private sealed record Jump(int Hours) : Step;
    private sealed record Change(KeyLimits Limits) : Step;
    private sealed record Grant(LimitKind Limit, int Value, int FromMs, int ForMs) : Step;

    private static readonly Gen<KeyLimits> Limits = Gen.Select(
        Gen.Int[0, 12].Select(n => n == 0 ? (long?)null : n),
        Gen.Int[0, 6].Select(n => n == 0 ? (long?)null : n),
        Gen.Int[0, 40].Select(n => n < 10 ? (long?)null : n),
        Gen.Int[0, 4].Select(n => n == 0 ? (int?)null : n),
        (day, requests, tokens, concurrency) => new KeyLimits(day, requests, tokens, concurrency));

    private static readonly Gen<Step[]> Steps = Gen.Frequency(
        (8, Gen.Int[0, 45].Select(tokens => (Step)new Call(tokens))),
        (6, Gen.Select(Gen.Int[0, 20], Gen.Int[0, 45], Gen.Bool, (which, tokens, counts) => (Step)new End(which, tokens, counts))),
        (5, Gen.Int[0, 40_000].Select(ms => (Step)new Pass(ms))),
        (1, Gen.Int[0, 50_000_000].Select(ms => (Step)new Pass(ms))),
        (1, Gen.Int[-30, 30].Select(hours => (Step)new Jump(hours))),
        (2, Gen.Select(Gen.Int[1, 4], Gen.Int[1, 60], Gen.Int[-60_000, 120_000], Gen.Int[1, 200_000], (limit, value, from, length) => (Step)new Grant((LimitKind)limit, value, from, length))),
        (1, Limits.Select(limits => (Step)new Change(limits)))).Array[1, 80];

    private sealed class Taken
    {
        public required LimitTicket Ticket;
        public required long Slot;
        public required int Day;
        public required long Tokens;
        public bool Ended;
        public bool GivenBack;
        public long MoreTokens;
        public long MoreSlot;
    }

    [Fact]
    public void Every_decision_is_the_models() => Gen.Select(Limits, Steps).Sample((first, steps) =>
    {
        // Both windows exist from the start and are never dropped, so that the model need not know when a limit was added.
        var clock = new WallClock(LimitKeys.Noon, timers: false);
        using var limits = new InProcessLimits(clock);
        var origin = clock.GetTimestamp();
        var everyLimit = new KeyLimits(1000, 1000, 100_000, 1000);
        limits.Settle(limits.Take(LimitKeys.Key(everyLimit), 0).Ticket, 0, countsCall: false);
        var history = new List<Taken> { new() { Ticket = default, Slot = 0, Day = Day(), Tokens = 0, Ended = true, GivenBack = true } };
        var basic = first;
        var boosts = new List<LimitBoost>();
        // One key until something about it changes, as in the table: what is reckoned from it may be kept.
        var key = LimitKeys.Key(basic);
        var closed = 0;

        foreach (var step in steps)
        {
            switch (step)
            {
                case Change change:
                    basic = change.Limits;
                    boosts.Clear();
                    key = LimitKeys.Key(basic);
                    break;
                case Grant grant:
                    var from = clock.GetUtcNow().AddMilliseconds(grant.FromMs);
                    boosts.Add(new LimitBoost(grant.Limit, grant.Value, from, from.AddMilliseconds(grant.ForMs)));
                    key = LimitKeys.Key(basic, boosts: [.. boosts]);
                    break;
                case Pass pass:
                    clock.Advance(TimeSpan.FromMilliseconds(pass.Milliseconds));
                    break;
                case Jump jump:
                    clock.Jumped += TimeSpan.FromHours(jump.Hours);
                    break;
                case End end when history.Count > 0:
                    var ended = history[end.Which % history.Count];
                    limits.Settle(ended.Ticket, end.Tokens, end.Counts);
                    if (ended.Ended) break;
                    ended.Ended = true;
                    ended.GivenBack = !end.Counts;
                    if (end.Tokens < ended.Tokens)
                    {
                        ended.Tokens = end.Tokens;
                    }
                    else
                    {
                        ended.MoreTokens = end.Tokens - ended.Tokens;
                        ended.MoreSlot = Slot();
                    }
                    break;
                case Call call:
                    var verdict = limits.Take(key, call.Tokens);
                    var current = Limits(clock.GetUtcNow());
                    var days = history.Select(t => t.Day).Distinct().Order().ToArray();
                    if (days.Length > 4) closed = Math.Max(closed, days[^5]);
                    var kept = days.Where(d => d > closed).ToArray();
                    var day = Day() > closed && (kept.Length < 4 || Day() > kept[0]) ? Day() : kept[0];
                    var fits = CallsOn(day) < (current.CallsPerDay ?? long.MaxValue)
                        && Requests() < (current.RequestsPerMinute ?? long.MaxValue)
                        && Tokens() + call.Tokens <= (current.TokensPerMinute ?? long.MaxValue)
                        && UnderWay() < (current.Concurrency ?? int.MaxValue);
                    verdict.Taken.ShouldBe(fits);
                    verdict.Day.ShouldBe(day);
                    if (verdict.NeverFits)
                    {
                        (call.Tokens > basic.TokensPerMinute).ShouldBeTrue();
                        // Nor at the last moment of any grant, when most has expired that was taken before.
                        foreach (var end in boosts.Select(b => b.Until.AddTicks(-1)).Where(at => at > clock.GetUtcNow()).Order().ToArray())
                        {
                            clock.AdvanceTo(end);
                            limits.Take(key, call.Tokens).Taken.ShouldBeFalse();
                        }
                    }
                    if (boosts.Count == 0) verdict.NeverFits.ShouldBe(call.Tokens > current.TokensPerMinute);
                    if (fits)
                    {
                        history.Add(new Taken { Ticket = verdict.Ticket, Slot = Slot(), Day = day, Tokens = call.Tokens });
                        if (current.CallsPerDay is { } calls) verdict.Snapshot.CallsPerDay.Remaining.ShouldBe(calls - CallsOn(day));
                        if (current.RequestsPerMinute is { } requests) verdict.Snapshot.RequestsPerMinute.Remaining.ShouldBe(requests - Requests());
                        if (current.TokensPerMinute is { } tokens) verdict.Snapshot.TokensPerMinute.Remaining.ShouldBe(tokens - Tokens());
                    }
                    else if (!verdict.NeverFits && UnderWay() < (basic.Concurrency ?? int.MaxValue))
                    {
                        // One tick earlier it is refused, at the told instant it is taken.
                        clock.Advance(verdict.RetryAfter - TimeSpan.FromTicks(1));
                        limits.Take(key, call.Tokens).Taken.ShouldBeFalse();
                        clock.Advance(TimeSpan.FromTicks(1));
                        var later = limits.Take(key, call.Tokens);
                        later.Taken.ShouldBeTrue();
                        history.Add(new Taken { Ticket = later.Ticket, Slot = Slot(), Day = later.Day, Tokens = call.Tokens });
                    }
                    break;
            }
        }

        KeyLimits Limits(DateTimeOffset at)
        {
            return new KeyLimits(Most(LimitKind.CallsPerDay, basic.CallsPerDay), Most(LimitKind.RequestsPerMinute, basic.RequestsPerMinute), Most(LimitKind.TokensPerMinute, basic.TokensPerMinute), (int?)Most(LimitKind.Concurrency, basic.Concurrency));
            long? Most(LimitKind limit, long? value) => value is null ? null : boosts.Where(b => b.Limit == limit && b.From <= at && at < b.Until).Select(b => b.Value).Append(value.Value).Max();
        }
        int Day() => InProcessLimits.DayOf(TimeZoneInfo.Utc, clock.GetUtcNow());
        long Slot() => clock.GetElapsedTime(origin).Ticks / (TimeSpan.TicksPerMillisecond * 250);
        long CallsOn(int day) => history.Count(t => t.Day == day && !t.GivenBack);
        long Requests() => history.Count(t => t.Ticket.IsEmpty ? Slot() <= 240 : t.Slot + 240 >= Slot());
        long Tokens() => history.Where(t => t.Slot + 240 >= Slot()).Sum(t => t.Tokens) + history.Where(t => t.MoreSlot + 240 >= Slot()).Sum(t => t.MoreTokens);
        int UnderWay() => history.Count(t => !t.Ended);
    }, iter: 4000);
}
