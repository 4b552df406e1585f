using System.Runtime.CompilerServices;
using Sluice.Gateway.Ledger;

namespace Sluice.Gateway.Limits;

/// <summary>
/// Calls of one key by calendar day, for the last few days it was used on. Counting by day, and never opening again a day that
/// was dropped, is what keeps a wall clock that jumps back and forth from granting a day twice. Not thread-safe; a mutable struct
/// inside its owner.
/// </summary>
internal struct DayCounts
{
    private const int Kept = 4;

    [InlineArray(Kept)]
    private struct Days { private int _first; }

    [InlineArray(Kept)]
    private struct Calls { private long _first; }

    private Days _days;
    private Calls _calls;
    private int _count;

    /// <summary>Days up to here were dropped and are closed.</summary>
    public int ClosedThrough { get; set; }

    public readonly bool IsEmpty => _count == 0;

    public readonly int Newest => _count == 0 ? ClosedThrough : _days[_count - 1];

    /// <summary>The day to count on when the calendar says <paramref name="day"/>.</summary>
    public readonly int Open(int day)
    {
        if (_count == Kept && day < _days[0]) return _days[0];
        return day > ClosedThrough ? day : _count > 0 ? _days[0] : ClosedThrough + 1;
    }

    public readonly long this[int day]
    {
        get
        {
            for (var i = _count - 1; i >= 0; i--)
            {
                if (_days[i] == day) return _calls[i];
            }
            return 0;
        }
    }

    /// <summary>Adds calls to a day; to one that is closed they are added no more, and an own day never falls below 0.</summary>
    public void Add(int day, long calls)
    {
        for (var i = _count - 1; i >= 0; i--)
        {
            if (_days[i] != day) continue;
            _calls[i] = Math.Max(0, _calls[i] + calls);
            return;
        }
        if (calls <= 0 || day <= ClosedThrough) return;
        if (_count == Kept)
        {
            if (day < _days[0])
            {
                ClosedThrough = Math.Max(ClosedThrough, day);
                return;
            }
            ClosedThrough = _days[0];
            for (var i = 1; i < Kept; i++)
            {
                _days[i - 1] = _days[i];
                _calls[i - 1] = _calls[i];
            }
            _count--;
        }
        var at = _count;
        while (at > 0 && _days[at - 1] > day)
        {
            _days[at] = _days[at - 1];
            _calls[at] = _calls[at - 1];
            at--;
        }
        _days[at] = day;
        _calls[at] = calls;
        _count++;
    }

    public void Add(DayCount restored) => Add(restored.Day, restored.Calls);
}
