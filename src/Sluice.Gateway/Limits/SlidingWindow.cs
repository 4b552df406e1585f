namespace Sluice.Gateway.Limits;

/// <summary>
/// Sum over the last 60 seconds in slots of 250 ms. A slot counts until the whole of it has left the window, so that no
/// 60 seconds, wherever they begin, hold more than was allowed; at most 250 ms are given away for it. Not thread-safe.
/// </summary>
internal sealed class SlidingWindow(long slot)
{
    public const long TicksPerSlot = TimeSpan.TicksPerMillisecond * 250;

    // The current slot and the 240 before it reach 60 s back from any instant of the current one.
    private const int LiveSlots = 241;
    private const int Mask = 255;

    private readonly long[] _slots = new long[Mask + 1];
    private long _head = slot;

    public long Total { get; private set; }

    /// <summary>Slot that <see cref="Add"/> writes to.</summary>
    public long Head => _head;

    /// <summary>Moves on to <paramref name="slot"/>. A caller whose clock reading is older than the last one lands in the last one's slot.</summary>
    public void Advance(long slot)
    {
        var steps = slot - _head;
        if (steps <= 0) return;
        if (Total == 0)
        {
            _head = slot;
            return;
        }
        if (steps >= LiveSlots)
        {
            Array.Clear(_slots);
            Total = 0;
            _head = slot;
            return;
        }
        for (var leaving = _head - LiveSlots + 1; leaving <= slot - LiveSlots; leaving++)
        {
            ref var amount = ref _slots[leaving & Mask];
            Total -= amount;
            amount = 0;
        }
        _head = slot;
    }

    public void Add(long amount)
    {
        _slots[_head & Mask] += amount;
        Total += amount;
    }

    /// <summary>Takes back what was added in <paramref name="slot"/>, if it still counts.</summary>
    public void GiveBack(long slot, long amount)
    {
        if (slot <= _head - LiveSlots || slot > _head) return;
        ref var held = ref _slots[slot & Mask];
        amount = Math.Min(amount, held);
        held -= amount;
        Total -= amount;
    }

    /// <summary>Ticks from <paramref name="nowTicks"/> until at least <paramref name="amount"/> of the total has expired.</summary>
    public long TicksUntilExpired(long amount, long nowTicks)
    {
        if (amount <= 0) return 0;
        var expired = 0L;
        for (var slot = _head - LiveSlots + 1; slot <= _head; slot++)
        {
            expired += _slots[slot & Mask];
            if (expired >= amount) return (slot + LiveSlots) * TicksPerSlot - nowTicks;
        }
        return LiveSlots * TicksPerSlot;
    }

    /// <summary>Ticks from <paramref name="nowTicks"/> until the total is 0.</summary>
    public long TicksUntilEmpty(long nowTicks)
    {
        if (Total == 0) return 0;
        for (var slot = _head; slot > _head - LiveSlots; slot--)
        {
            if (_slots[slot & Mask] > 0) return (slot + LiveSlots) * TicksPerSlot - nowTicks;
        }
        return 0;
    }
}
