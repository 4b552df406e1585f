namespace Sluice.Server.Storage.Records.Usage;

/// <summary>
/// Durations counted in classes that are each an eighth wider than the one before, so that percentiles of any sum of them are known to within the width of a class.
/// As bytes they are a byte for the class and its count in groups of seven bits; written one behind the other they add up.
/// </summary>
internal sealed class LatencyClasses
{
    public const double Width = 1.125;
    private const int Count = 256;
    private static readonly double LogWidth = Math.Log(Width);
    private readonly long[] _counts = new long[Count];

    public long Total { get; private set; }

    public static byte Of(long microseconds) => microseconds <= 1 ? (byte)0 : (byte)Math.Min(Count - 1, (int)(Math.Log(microseconds) / LogWidth));

    public void Add(byte latencyClass, long count)
    {
        _counts[latencyClass] += count;
        Total += count;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length;)
        {
            var latencyClass = bytes[i++];
            long count = 0;
            for (var shift = 0; i < bytes.Length; shift += 7)
            {
                var part = bytes[i++];
                count |= (long)(part & 0x7f) << shift;
                if (part < 0x80) break;
            }
            Add(latencyClass, count);
        }
    }

    public void Add(LatencyClasses others)
    {
        for (var i = 0; i < Count; i++) _counts[i] += others._counts[i];
        Total += others.Total;
    }

    /// <summary>Microseconds that so large a part of all took at most, from the middle of the class that it falls in; <see langword="null"/> for none at all.</summary>
    public long? Percentile(double part)
    {
        if (Total == 0) return null;
        var rank = Math.Clamp((long)Math.Ceiling(part * Total), 1, Total);
        var latencyClass = 0;
        for (var seen = _counts[0]; seen < rank; seen += _counts[latencyClass]) latencyClass++;
        return latencyClass == 0 ? 1 : (long)Math.Round(Math.Pow(Width, latencyClass + 0.5));
    }

    public byte[] ToBytes()
    {
        var bytes = new List<byte>(64);
        for (var i = 0; i < Count; i++)
        {
            if (_counts[i] > 0) Write(bytes, (byte)i, _counts[i]);
        }
        return [.. bytes];
    }

    /// <summary>The bytes of durations whose classes are listed in any order.</summary>
    public static byte[] ToBytes(List<byte> classes)
    {
        classes.Sort();
        var bytes = new List<byte>(Math.Min(classes.Count * 2, 256));
        for (int from = 0, to = 0; from < classes.Count; from = to)
        {
            while (to < classes.Count && classes[to] == classes[from]) to++;
            Write(bytes, classes[from], to - from);
        }
        return [.. bytes];
    }

    private static void Write(List<byte> bytes, byte latencyClass, long count)
    {
        bytes.Add(latencyClass);
        for (; count >= 0x80; count >>= 7) bytes.Add((byte)(count | 0x80));
        bytes.Add((byte)count);
    }
}
