using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Limits;

/// <summary>Counters of one key. Everything is guarded by <see cref="OrganisationLimitState.Gate"/> of its organisation.</summary>
internal sealed class KeyLimitState(OrganisationLimitState organisation, DayCounts days)
{
    // No upstream counts further; a lying one must not overflow the sums.
    private const long TokensMax = 1L << 50;

    private struct Call
    {
        public ulong Serial;
        public long TokenSlot;
        public long Tokens;
        public int Day;
        public int NextFree;
    }

    private DayCounts _days = days;
    private SlidingWindow? _requests;
    private SlidingWindow? _tokens;

    private Call[] _calls = [];
    private int _freeCalls = -1;
    private int _underWay;
    private ulong _lastSerial;

    private TimeZoneInfo? _zone;
    private long _dayFromUtcTicks;
    private long _dayUntilUtcTicks;
    private int _calendarDay;
    private long _lastUsedTicks;

    // Of a key with boosts only: its limits, and the interval in which they are these.
    private ApiKey? _boostedKey;
    private KeyLimits _boosted = KeyLimits.None;
    private long _boostedFromUtcTicks;
    private long _boostedUntilUtcTicks;

    public OrganisationLimitState Organisation { get; } = organisation;

    /// <summary>Dropped by the sweep: whoever still holds it looks the key up again.</summary>
    public bool IsGone { get; set; }

    public ref readonly DayCounts Days => ref _days;

    /// <param name="utcTicks">Wall clock.</param>
    /// <param name="ticks">Monotonic clock.</param>
    /// <param name="take">If not, it is only said what taking would come to; the ticket is empty.</param>
    public LimitVerdict Take(ApiKey key, long tokens, long utcTicks, long ticks, bool take)
    {
        var limits = key.HasBoosts ? Boosted(key, utcTicks) : key.Limits;
        tokens = Math.Min(tokens, TokensMax);
        var slot = ticks / SlidingWindow.TicksPerSlot;
        _lastUsedTicks = Math.Max(_lastUsedTicks, ticks);
        Look(key.TimeZone, utcTicks);
        var day = _days.Open(_calendarDay);

        if (limits.RequestsPerMinute is not null) _requests ??= new SlidingWindow(slot);
        if (limits.TokensPerMinute is not null) _tokens ??= new SlidingWindow(slot);
        _requests?.Advance(slot);
        _tokens?.Advance(slot);

        var exceeded = LimitKind.None;
        var limit = 0L;
        var longest = 0L;
        var wait = 0L;
        var neverFits = false;

        if (limits.CallsPerDay is { } callsPerDay && _days[day] >= callsPerDay)
        {
            Exceed(LimitKind.CallsPerDay, callsPerDay, callsPerDay > 0 ? TicksUntilDayWithRoom(day, callsPerDay, utcTicks) : -1);
        }
        if (limits.RequestsPerMinute is { } requestsPerMinute && _requests!.Total >= requestsPerMinute)
        {
            Exceed(LimitKind.RequestsPerMinute, requestsPerMinute,
                requestsPerMinute > 0 ? _requests.TicksUntilExpired(_requests.Total - requestsPerMinute + 1, ticks) : -1);
        }
        if (limits.TokensPerMinute is { } tokensPerMinute && (tokens > tokensPerMinute - _tokens!.Total || tokensPerMinute == 0))
        {
            Exceed(LimitKind.TokensPerMinute, tokensPerMinute,
                tokens <= tokensPerMinute && tokensPerMinute > 0 ? _tokens!.TicksUntilExpired(_tokens.Total - tokensPerMinute + tokens, ticks) : -1);
        }
        if (limits.Concurrency is { } concurrency && _underWay >= concurrency)
        {
            Exceed(LimitKind.Concurrency, concurrency, concurrency > 0 ? TimeSpan.TicksPerSecond : -1);
        }

        if (exceeded != LimitKind.None)
        {
            if (key.HasBoosts)
            {
                longest = TicksUntilTaken(key, tokens, utcTicks, ticks);
                neverFits = longest < 0;
            }
            return new LimitVerdict(exceeded, limit, new TimeSpan(neverFits ? 0 : longest), neverFits, day, Snapshot(limits, day, utcTicks, ticks));
        }

        if (!take) return new LimitVerdict(default, day, Snapshot(limits, day, utcTicks, ticks));
        _days.Add(day, 1);
        _requests?.Add(1);
        _tokens?.Add(tokens);
        var ticket = Open(day, _tokens?.Head ?? -1, tokens);
        return new LimitVerdict(ticket, day, Snapshot(limits, day, utcTicks, ticks));

        // A negative wait says that no wait helps.
        void Exceed(LimitKind kind, long size, long waitTicks)
        {
            longest = Math.Max(longest, waitTicks);
            var reported = exceeded == LimitKind.None
                || (waitTicks < 0 ? !neverFits : !neverFits && exceeded != LimitKind.CallsPerDay && waitTicks > wait);
            if (waitTicks < 0) neverFits = true;
            if (!reported) return;
            exceeded = kind;
            limit = size;
            wait = waitTicks;
        }
    }

    public void Settle(LimitTicket ticket, long actualTokens, bool countsCall, long slot)
    {
        if ((uint)ticket.Index >= (uint)_calls.Length) return;
        ref var call = ref _calls[ticket.Index];
        if (call.Serial != ticket.Serial) return;

        if (!countsCall) _days.Add(call.Day, -1);
        if (_tokens is not null && call.TokenSlot >= 0)
        {
            var more = Math.Clamp(actualTokens, 0, TokensMax) - call.Tokens;
            if (more < 0)
            {
                _tokens.GiveBack(call.TokenSlot, -more);
            }
            else if (more > 0)
            {
                // They were spent since, so they count from now: no 60 seconds may look emptier than they were.
                _tokens.Advance(slot);
                _tokens.Add(more);
            }
        }
        call.Serial = 0;
        call.NextFree = _freeCalls;
        _freeCalls = ticket.Index;
        _underWay--;
    }

    /// <summary>What is taken now. The windows move on as time does; nothing else changes.</summary>
    public LimitUse Read(TimeZoneInfo zone, DateTimeOffset now, long ticks)
    {
        var slot = ticks / SlidingWindow.TicksPerSlot;
        _requests?.Advance(slot);
        _tokens?.Advance(slot);
        var day = _days.Open(Calendar.DayOf(zone, now));
        return new LimitUse(_days[day], Calendar.StartOf(zone, now, day + 1) - now, _requests?.Total ?? 0, new TimeSpan(Math.Max(0, _requests?.TicksUntilEmpty(ticks) ?? 0)),
            _tokens?.Total ?? 0, new TimeSpan(Math.Max(0, _tokens?.TicksUntilEmpty(ticks) ?? 0)), _underWay);
    }

    /// <summary>Gives memory back that an idle key does not need.</summary>
    /// <returns>Whether nothing is left that a later call could depend on.</returns>
    public bool Shrink(long ticks, long idleTicksMax, int closedDay)
    {
        var slot = ticks / SlidingWindow.TicksPerSlot;
        _requests?.Advance(slot);
        _tokens?.Advance(slot);
        if (_requests?.Total == 0) _requests = null;
        if (_underWay > 0) return false;
        _calls = [];
        _freeCalls = -1;
        if (_tokens?.Total == 0) _tokens = null;
        return _requests is null && _tokens is null && ticks - _lastUsedTicks >= idleTicksMax && _days.Newest <= closedDay;
    }

    private KeyLimits Boosted(ApiKey key, long utcTicks)
    {
        if (!ReferenceEquals(key, _boostedKey) || utcTicks < _boostedFromUtcTicks || utcTicks >= _boostedUntilUtcTicks)
        {
            _boosted = BoostedLimits.At(key, utcTicks, out _boostedFromUtcTicks, out _boostedUntilUtcTicks);
            _boostedKey = key;
        }
        return _boosted;
    }

    /// <summary>
    /// When a refused call would be taken, looked for in one interval after the other: a boost that begins shortens the wait, one that ends in it
    /// takes back what the wait was reckoned with. Negative if never.
    /// </summary>
    private long TicksUntilTaken(ApiKey key, long tokens, long utcTicks, long ticks)
    {
        var from = 0L;
        while (true)
        {
            var limits = BoostedLimits.At(key, utcTicks + from, out _, out var untilUtcTicks);
            var fits = TicksUntilFit(limits, tokens, from, utcTicks, ticks);
            if (untilUtcTicks == long.MaxValue) return fits;
            var until = untilUtcTicks - utcTicks;
            if (fits >= 0 && fits < until) return fits;
            from = until;
        }
    }

    private long TicksUntilFit(KeyLimits limits, long tokens, long from, long utcTicks, long ticks)
    {
        var fits = from;
        if (limits.CallsPerDay is { } callsPerDay)
        {
            if (callsPerDay == 0) return -1;
            var day = _days.Open(Calendar.DayOf(_zone!, new DateTimeOffset(utcTicks + from, TimeSpan.Zero)));
            if (_days[day] >= callsPerDay) fits = TicksUntilDayWithRoom(day, callsPerDay, utcTicks);
        }
        if (limits.RequestsPerMinute is { } requestsPerMinute)
        {
            if (requestsPerMinute == 0) return -1;
            fits = Math.Max(fits, _requests?.TicksUntilExpired(_requests.Total - requestsPerMinute + 1, ticks) ?? 0);
        }
        if (limits.TokensPerMinute is { } tokensPerMinute)
        {
            if (tokensPerMinute == 0 || tokens > tokensPerMinute) return -1;
            fits = Math.Max(fits, _tokens?.TicksUntilExpired(_tokens.Total - tokensPerMinute + tokens, ticks) ?? 0);
        }
        if (limits.Concurrency is { } concurrency)
        {
            if (concurrency == 0) return -1;
            if (_underWay >= concurrency) fits = Math.Max(fits, TimeSpan.TicksPerSecond);
        }
        return fits;
    }

    private LimitTicket Open(int day, long tokenSlot, long tokens)
    {
        if (_freeCalls < 0)
        {
            var old = _calls.Length;
            Array.Resize(ref _calls, Math.Max(4, old * 2));
            for (var i = _calls.Length - 1; i >= old; i--)
            {
                _calls[i].NextFree = _freeCalls;
                _freeCalls = i;
            }
        }
        var index = _freeCalls;
        ref var call = ref _calls[index];
        _freeCalls = call.NextFree;
        call.Serial = ++_lastSerial;
        call.TokenSlot = tokenSlot;
        call.Tokens = tokens;
        call.Day = day;
        _underWay++;
        return new LimitTicket(this, index, call.Serial);
    }

    // Which day it is, looked up in the zone's rules only once a day (and after a jump of the clock).
    private void Look(TimeZoneInfo zone, long utcTicks)
    {
        if (ReferenceEquals(zone, _zone) && utcTicks >= _dayFromUtcTicks && utcTicks < _dayUntilUtcTicks) return;
        var now = new DateTimeOffset(utcTicks, TimeSpan.Zero);
        _calendarDay = Calendar.DayOf(zone, now);
        _dayFromUtcTicks = utcTicks;
        _dayUntilUtcTicks = Calendar.StartOf(zone, now, _calendarDay + 1).UtcTicks;
        _zone = zone;
    }

    private long TicksUntilDayWithRoom(int day, long callsPerDay, long utcTicks)
    {
        do day++;
        while (_days[day] >= callsPerDay);
        if (day == _calendarDay + 1) return _dayUntilUtcTicks - utcTicks;
        return Calendar.StartOf(_zone!, new DateTimeOffset(utcTicks, TimeSpan.Zero), day).UtcTicks - utcTicks;
    }

    private LimitSnapshot Snapshot(KeyLimits limits, int day, long utcTicks, long ticks)
    {
        LimitLevel callsPerDay = default, requests = default, tokens = default, concurrency = default;
        if (limits.CallsPerDay is { } perDay)
        {
            var used = _days[day];
            callsPerDay = Level(perDay, used, used == 0 ? 0 : TicksUntilDayWithRoom(day, 1, utcTicks));
        }
        if (limits.RequestsPerMinute is { } perMinute) requests = Level(perMinute, _requests!.Total, _requests.TicksUntilEmpty(ticks));
        if (limits.TokensPerMinute is { } tokensPerMinute) tokens = Level(tokensPerMinute, _tokens!.Total, _tokens.TicksUntilEmpty(ticks));
        if (limits.Concurrency is { } atOnce) concurrency = Level(atOnce, _underWay, 0);
        return new LimitSnapshot(callsPerDay, requests, tokens, concurrency);

        static LimitLevel Level(long limit, long used, long resetTicks)
            => new(limit, Math.Max(0, limit - used), new TimeSpan(Math.Max(0, resetTicks)), true);
    }
}
