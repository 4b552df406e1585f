using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Sluice.Gateway.Signing;

/// <summary>What became of a nonce.</summary>
public enum NonceVerdict
{
    /// <summary>Not seen before, and remembered from now on.</summary>
    Fresh,
    Replayed,
    /// <summary>Signed before what this process can remember.</summary>
    TooOld,
    /// <summary>There is no room to remember it.</summary>
    Full,
}

/// <summary>
/// The nonces of signed calls for as long as their timestamps are accepted, key by key, in this process. At the bound a call is refused:
/// forgetting a nonce would let a replay through. Thread-safe; never blocks longer than another call of the same key takes.
/// </summary>
public sealed class NonceMemory : IDisposable
{
    /// <summary>How far a timestamp may lie from now, on either side.</summary>
    public const int WindowSeconds = 300;

    /// <summary>Of one key: 1,600 signed calls a second for as long as a timestamp is accepted.</summary>
    public const int PerKeyMax = 500_000;

    /// <summary>Of all keys; takes about 160 MB.</summary>
    public const int AllMax = 2_000_000;

    private const int SecondsPerBucketBits = 3;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(61);

    private readonly ConcurrentDictionary<string, KeyNonces> _keys = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly int _perKeyMax;
    private readonly int _allMax;
    private readonly ITimer _sweep;
    // Whole seconds: a call signed in the second of the start may have been served by the process before.
    private readonly long _start;
    // Nonces of timestamps up to here were forgotten, so these stay refused even if the clock is set back.
    private long _forgotten = long.MinValue;
    private long _count;
    private long _sweptAt;

    public NonceMemory(TimeProvider time) : this(time, PerKeyMax, AllMax)
    {
    }

    internal NonceMemory(TimeProvider time, int perKeyMax, int allMax)
    {
        (_time, _perKeyMax, _allMax) = (time, perKeyMax, allMax);
        _start = (time.GetUtcNow().ToUnixTimeMilliseconds() + 999) / 1000;
        _sweptAt = time.GetTimestamp();
        _sweep = time.CreateTimer(static self => ((NonceMemory)self!).Sweep(), this, SweepEvery, SweepEvery);
    }

    /// <summary>Nonces remembered.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Takes a nonce that came with a valid signature.</summary>
    /// <param name="timestamp">Unix seconds, signed together with the nonce, and not further from now than the window.</param>
    public NonceVerdict Use(string keyId, ReadOnlySpan<char> nonce, long timestamp)
    {
        if (timestamp < _start) return NonceVerdict.TooOld;
        // Two nonces of one hash would have to come from one key, whose owner would only refuse himself.
        var hash = XxHash128.HashToUInt128(MemoryMarshal.AsBytes(nonce));
        if (Count >= _allMax && !MakeRoom()) return NonceVerdict.Full;
        while (true)
        {
            var nonces = _keys.GetOrAdd(keyId, static _ => new KeyNonces());
            lock (nonces.Gate)
            {
                if (nonces.IsGone) continue;
                Expire(nonces);
                if (timestamp <= Volatile.Read(ref _forgotten)) return NonceVerdict.TooOld;
                if (nonces.Known.Contains(hash)) return NonceVerdict.Replayed;
                if (nonces.Known.Count >= _perKeyMax) return NonceVerdict.Full;
                nonces.Add(hash, timestamp >> SecondsPerBucketBits);
                Interlocked.Increment(ref _count);
                return NonceVerdict.Fresh;
            }
        }
    }

    public void Dispose() => _sweep.Dispose();

    internal void Sweep()
    {
        foreach (var (id, nonces) in _keys)
        {
            lock (nonces.Gate)
            {
                Expire(nonces);
                if (nonces.Known.Count > 0) continue;
                nonces.IsGone = true;
                _keys.TryRemove(new(id, nonces));
            }
        }
    }

    /// <summary>Looks through all keys for what has expired, at most once a second.</summary>
    private bool MakeRoom()
    {
        var swept = Volatile.Read(ref _sweptAt);
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(swept, now) < TimeSpan.FromSeconds(1) || Interlocked.CompareExchange(ref _sweptAt, now, swept) != swept) return false;
        Sweep();
        return Count < _allMax;
    }

    private void Expire(KeyNonces nonces)
    {
        var oldest = _time.GetUtcNow().ToUnixTimeSeconds() - WindowSeconds;
        while (nonces.Buckets.Count > 0)
        {
            var end = ((nonces.Buckets.GetKeyAtIndex(0) + 1) << SecondsPerBucketBits) - 1;
            if (end >= oldest) return;
            // First refused, then forgotten.
            RaiseForgotten(end);
            Interlocked.Add(ref _count, -nonces.DropFirst());
        }
    }

    private void RaiseForgotten(long timestamp)
    {
        long seen;
        while ((seen = Volatile.Read(ref _forgotten)) < timestamp && Interlocked.CompareExchange(ref _forgotten, timestamp, seen) != seen)
        {
        }
    }

    private sealed class KeyNonces
    {
        public Lock Gate { get; } = new();
        /// <summary>Dropped by the sweep: whoever still holds it looks the key up again.</summary>
        public bool IsGone { get; set; }
        public HashSet<UInt128> Known { get; } = [];
        /// <summary>The same, by when they were signed.</summary>
        public SortedList<long, List<UInt128>> Buckets { get; } = [];

        public void Add(UInt128 hash, long bucket)
        {
            Known.Add(hash);
            if (!Buckets.TryGetValue(bucket, out var list)) Buckets.Add(bucket, list = []);
            list.Add(hash);
        }

        public int DropFirst()
        {
            var list = Buckets.GetValueAtIndex(0);
            Buckets.RemoveAt(0);
            foreach (var hash in list) Known.Remove(hash);
            return list.Count;
        }
    }
}
