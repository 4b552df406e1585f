using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Ledger;

internal enum JournalEntryKind : byte { Intent = 1, Record = 2 }

/// <summary>
/// A segment file: a head of 64 bytes (magic, version, segment number, hash), then entries, each at a multiple of 8:
/// <c>int length · byte kind · 3 × 0 · ulong hash · payload</c>. The length is written last, so an entry is there whole or not at all;
/// length 0 is the end. The hash is seeded with segment and place, so that bytes of one place are never taken for an entry at another.
/// </summary>
internal static class JournalFormat
{
    public const int Version = 1;
    public const int HeadBytes = 64;
    public const int EntryHeadBytes = 16;

    /// <summary>Room that any entry fits into.</summary>
    public const int EntryBytesMax = (EntryHeadBytes + RecordCodec.BytesMax + 7) / 8 * 8;

    private static ReadOnlySpan<byte> Magic => "SLUICEJ\n"u8;

    public enum HeadState { Valid, Empty, Damaged, Newer }

    public static void WriteHead(Span<byte> head, long segment)
    {
        head[..HeadBytes].Clear();
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], segment);
        BinaryPrimitives.WriteUInt64LittleEndian(head[24..], XxHash3.HashToUInt64(head[..24]));
    }

    public static HeadState ReadHead(ReadOnlySpan<byte> head, long segment)
    {
        if (!head.ContainsAnyExcept((byte)0)) return HeadState.Empty;
        if (head.Length < HeadBytes || !head.StartsWith(Magic)) return HeadState.Damaged;
        if (XxHash3.HashToUInt64(head[..24]) != BinaryPrimitives.ReadUInt64LittleEndian(head[24..])) return HeadState.Damaged;
        if (BinaryPrimitives.ReadInt32LittleEndian(head[8..]) > Version) return HeadState.Newer;
        return BinaryPrimitives.ReadInt64LittleEndian(head[16..]) == segment ? HeadState.Valid : HeadState.Damaged;
    }

    /// <summary>Completes the entry whose payload is already in place. Afterwards, and not before, a reader sees it.</summary>
    /// <param name="entry">From the entry's first byte to the end of its payload at least.</param>
    /// <returns>Bytes to the next entry.</returns>
    public static int Publish(Span<byte> entry, JournalEntryKind kind, int payloadBytes, long segment, long offset)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)kind);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], Hash(entry.Slice(EntryHeadBytes, payloadBytes), kind, segment, offset));
        Volatile.Write(ref MemoryMarshal.AsRef<int>(entry), BitConverter.IsLittleEndian ? payloadBytes : BinaryPrimitives.ReverseEndianness(payloadBytes));
        return Size(payloadBytes);
    }

    /// <summary>Whether a whole, undamaged entry begins at <paramref name="bytes"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long segment, long offset, out JournalEntryKind kind, out int payloadBytes)
    {
        kind = default;
        payloadBytes = 0;
        if (bytes.Length < EntryHeadBytes) return false;
        payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (payloadBytes is <= 0 or > RecordCodec.BytesMax || payloadBytes > bytes.Length - EntryHeadBytes) return false;
        var kindNumber = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (kindNumber is not ((uint)JournalEntryKind.Intent or (uint)JournalEntryKind.Record)) return false;
        kind = (JournalEntryKind)kindNumber;
        return Hash(bytes.Slice(EntryHeadBytes, payloadBytes), kind, segment, offset) == BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
    }

    public static int Size(int payloadBytes) => EntryHeadBytes + payloadBytes + 7 & ~7;

    private static ulong Hash(ReadOnlySpan<byte> payload, JournalEntryKind kind, long segment, long offset)
        => XxHash3.HashToUInt64(payload, segment * 0x100000000 + offset * 4 + (int)kind);
}
