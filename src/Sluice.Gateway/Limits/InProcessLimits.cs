using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Ledger;

namespace Sluice.Gateway.Limits;

/// <summary>
/// Limits of keys, decided in this process: calls a day, requests and tokens a minute, calls under way. One call is one atomic act over all
/// limits of its key, all or nothing, and exact under any parallelism. Calls a day begin at midnight of the organisation's zone by the wall
/// clock; minutes are any 60 seconds of the monotonic clock. Thread-safe; never blocks longer than another decision of the same organisation takes.
/// </summary>
public sealed class InProcessLimits : IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan IdleMax = TimeSpan.FromHours(48);

    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ConcurrentDictionary<string, KeyLimitState> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, OrganisationLimitState> _organisations = new(StringComparer.Ordinal);

    // Counts from before the start, of keys that have not called since; a key's first call takes them over. And the latest day of any
    // counts that were dropped: it stays closed, should the clock go back that far.
    private readonly Dictionary<string, DayCounts> _restored = new(StringComparer.Ordinal);
    private readonly Lock _restoredGate = new();
    private int _closedThrough;
    private readonly ITimer _sweep;

    public InProcessLimits(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _sweep = time.CreateTimer(static state => ((InProcessLimits)state!).Sweep(), this, SweepEvery, SweepEvery);
    }

    /// <summary>Number of keys with counters in memory.</summary>
    public int KeysHeld => _keys.Count;

    /// <summary>Takes one call from every limit of the key, or nothing at all.</summary>
    /// <param name="key">The key as it is now; changed limits hold from this call on and keep what was counted.</param>
    /// <param name="tokens">Tokens that the call may use, 0 or more; corrected by <see cref="Settle"/>.</param>
    public LimitVerdict Take(ApiKey key, long tokens) => Decide(key, tokens, take: true);

    /// <summary>What <see cref="Take"/> would answer now. Nothing is taken, so there is nothing to settle.</summary>
    public LimitVerdict Look(ApiKey key, long tokens) => Decide(key, tokens, take: false);

    private LimitVerdict Decide(ApiKey key, long tokens, bool take)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        // Read before the lock: a call that waited for it is counted in a slot that is never too early, see SlidingWindow.Advance.
        var utcTicks = _time.GetUtcNow().UtcTicks;
        var ticks = Ticks();
        while (true)
        {
            if (!_keys.TryGetValue(key.Id, out var state)) state = Add(key);
            lock (state.Organisation.Gate)
            {
                if (!state.IsGone) return state.Take(key, tokens, utcTicks, ticks, take);
            }
        }
    }

    /// <summary>
    /// Ends a call: concurrency is given back, tokens a minute are corrected to what was really used (which may be more than the limit),
    /// requests a minute stay taken. Does nothing the second time, and nothing for an empty ticket.
    /// </summary>
    /// <param name="countsCall">Whether the call counts against calls a day; if not, it is given back to the day it was taken from.</param>
    public void Settle(LimitTicket ticket, long actualTokens, bool countsCall)
    {
        if (ticket.State is not { } state) return;
        var slot = Ticks() / SlidingWindow.TicksPerSlot;
        lock (state.Organisation.Gate) state.Settle(ticket, actualTokens, countsCall, slot);
    }

    /// <summary>Adds what was counted before this process started. Call it before the first <see cref="Take"/>.</summary>
    public void Restore(IEnumerable<DayCount> counts)
    {
        lock (_restoredGate)
        {
            foreach (var count in counts)
            {
                ref var days = ref CollectionsMarshal.GetValueRefOrAddDefault(_restored, count.KeyId, out _);
                days.Add(count);
            }
        }
    }

    /// <summary>Calls counted on a day, those under way included; 0 for days longer ago than the last few that the key was used on.</summary>
    public long CallsOn(string keyId, int day)
    {
        lock (_restoredGate)
        {
            if (_restored.TryGetValue(keyId, out var days)) return days[day];
        }
        if (!_keys.TryGetValue(keyId, out var state)) return 0;
        lock (state.Organisation.Gate) return state.Days[day];
    }

    /// <summary>What is taken from a key's limits now. Takes nothing, and waits no longer than a decision does.</summary>
    /// <param name="zone">The time zone of the key's organisation.</param>
    public LimitUse Read(string keyId, TimeZoneInfo zone)
    {
        var now = new DateTimeOffset(_time.GetUtcNow().UtcTicks, TimeSpan.Zero);
        var ticks = Ticks();
        if (_keys.TryGetValue(keyId, out var state))
        {
            lock (state.Organisation.Gate) return state.Read(zone, now, ticks);
        }
        var day = Calendar.DayOf(zone, now);
        return new LimitUse(CallsOn(keyId, day), Calendar.StartOf(zone, now, day + 1) - now, 0, default, 0, default, 0);
    }

    /// <summary>Day number (<see cref="DateOnly.DayNumber"/>) in the zone at that instant.</summary>
    public static int DayOf(TimeZoneInfo zone, DateTimeOffset at) => Calendar.DayOf(zone, at);

    public void Dispose() => _sweep.Dispose();

    /// <summary>Drops the windows of keys that were idle for a minute, and whole keys idle for two days whose last day is over everywhere.</summary>
    internal void Sweep()
    {
        var ticks = Ticks();
        var closedDay = DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime).DayNumber - 2;
        foreach (var (id, state) in _keys)
        {
            lock (state.Organisation.Gate)
            {
                if (!state.Shrink(ticks, IdleMax.Ticks, closedDay)) continue;
                state.IsGone = true;
                lock (_restoredGate) _closedThrough = Math.Max(_closedThrough, state.Days.Newest);
                _keys.TryRemove(new(id, state));
            }
        }
        lock (_restoredGate)
        {
            foreach (var (id, days) in _restored)
            {
                if (days.Newest > closedDay) continue;
                _closedThrough = Math.Max(_closedThrough, days.Newest);
                _restored.Remove(id);
            }
        }
    }

    private KeyLimitState Add(ApiKey key)
    {
        var organisation = _organisations.GetOrAdd(key.OrganisationId, static _ => new OrganisationLimitState());
        // One gate after the other and never the other way round: the restored one is taken alone or innermost.
        lock (organisation.Gate)
        {
            if (_keys.TryGetValue(key.Id, out var known)) return known;
            lock (_restoredGate)
            {
                _restored.Remove(key.Id, out var days);
                days.ClosedThrough = Math.Max(days.ClosedThrough, _closedThrough);
                var state = new KeyLimitState(organisation, days);
                _keys[key.Id] = state;
                return state;
            }
        }
    }

    private long Ticks() => _time.GetElapsedTime(_origin).Ticks;
}
