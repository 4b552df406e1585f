using System.Buffers.Binary;

namespace Sluice.Server.Storage.Records;

/// <summary>Stage times as the column holds them: 32-bit little-endian microseconds, one after the other.</summary>
internal static class StageTimes
{
    public static int Write(ReadOnlySpan<int> times, Span<byte> bytes)
    {
        for (var i = 0; i < times.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes[(i * sizeof(int))..], times[i]);
        return times.Length * sizeof(int);
    }

    public static int[] Read(ReadOnlySpan<byte> bytes)
    {
        var times = new int[bytes.Length / sizeof(int)];
        for (var i = 0; i < times.Length; i++) times[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
        return times;
    }
}
