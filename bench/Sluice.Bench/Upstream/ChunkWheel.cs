namespace Sluice.Bench.Upstream;

/// <summary>
/// Streams of one interval, spread evenly over its milliseconds: every tick of 1 ms visits one slot, so a thousand streams with a
/// chunk each 100 ms are ten chunks a millisecond and not a thousand at once.
/// </summary>
internal sealed class ChunkWheel(int intervalMs)
{
    private readonly List<UpstreamConnection>[] _slots = [.. Enumerable.Range(0, intervalMs).Select(_ => new List<UpstreamConnection>())];
    private int _position;
    private int _next;

    internal int Count { get; private set; }

    internal void Add(UpstreamConnection connection)
    {
        _slots[_next].Add(connection);
        _next = (_next + 1) % _slots.Length;
        Count++;
    }

    /// <summary>Visits the streams that are due now; <paramref name="send"/> answers whether the stream goes on.</summary>
    internal void Tick(Func<UpstreamConnection, bool> send)
    {
        var slot = _slots[_position];
        _position = (_position + 1) % _slots.Length;
        for (var i = slot.Count - 1; i >= 0; i--)
        {
            if (!slot[i].Closed && send(slot[i])) continue;
            slot[i] = slot[^1];
            slot.RemoveAt(slot.Count - 1);
            Count--;
        }
    }
}
