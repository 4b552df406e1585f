namespace Sluice.Bench.Load;

/// <summary>Durations in nanoseconds, kept whole; the room is fixed before the measurement starts.</summary>
internal sealed class Percentiles(int room)
{
    private readonly long[] _values = new long[room];
    private int _count;

    internal int Count => _count;

    internal void Add(long nanoseconds)
    {
        if (_count < _values.Length) _values[_count++] = nanoseconds;
    }

    /// <summary>The value at a share (0 to 1) in microseconds; 0 when nothing was measured.</summary>
    internal double Microseconds(double share)
    {
        if (_count == 0) return 0;
        Array.Sort(_values, 0, _count);
        return _values[Math.Min(_count - 1, (int)(share * _count))] / 1000.0;
    }
}
