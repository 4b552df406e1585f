using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Keys;

/// <summary>What came of asking for a key that is not in the table.</summary>
public enum KeyLookup
{
    /// <summary>The table holds it, if it exists.</summary>
    Settled,
    /// <summary>There is none.</summary>
    Unknown,
    /// <summary>Not asked: too many were looked up just now.</summary>
    TooMany,
    /// <summary>The directory did not answer.</summary>
    Unavailable,
}

/// <summary>
/// Asks the directory for single keys while the table is still being filled: once for an id however many calls wait for it, never on the caller's
/// thread, and so seldom that someone who tries made-up keys is not felt by the database.
/// </summary>
public sealed class KeyLookups(KeyTable keys, IKeyDirectory directory, TimeProvider time, ILogger<KeyLookups> log) : IDisposable
{
    public const int PerSecondMax = 100;
    private const int AtOnceMax = 8;
    // Beyond it all are forgotten at once: they may be asked for again, as often as any other.
    private const int UnknownMax = 65_536;
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<KeyLookup>> _underWay = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unknown = new(StringComparer.Ordinal);
    // When the last so many look-ups began, the oldest at the mark.
    private readonly long[] _began = new long[PerSecondMax];
    private int _mark;
    private long _asked;
    private readonly SemaphoreSlim _slots = new(AtOnceMax, AtOnceMax);
    private volatile bool _failing;

    public async ValueTask<KeyLookup> LookUpAsync(string publicId, CancellationToken callerLeft)
    {
        if (keys.IsComplete) return KeyLookup.Settled;
        Task<KeyLookup>? answer;
        lock (_gate)
        {
            if (_unknown.Contains(publicId)) return KeyLookup.Unknown;
            if (!_underWay.TryGetValue(publicId, out answer))
            {
                // The one that was under way when the caller missed it in the table may be over.
                if (keys.TryFind(publicId, out _, out _)) return KeyLookup.Settled;
                if (!MayAsk()) return KeyLookup.TooMany;
                answer = Task.Run(() => AskAsync(publicId), CancellationToken.None);
                _underWay[publicId] = answer;
            }
        }

        try
        {
            return await answer.WaitAsync(WaitMax, time, callerLeft);
        }
        catch (TimeoutException)
        {
            return KeyLookup.Unavailable;
        }
    }

    public void Dispose() => _slots.Dispose();

    private bool MayAsk()
    {
        var now = time.GetTimestamp();
        if (_asked >= PerSecondMax && time.GetElapsedTime(_began[_mark], now) < TimeSpan.FromSeconds(1)) return false;
        _began[_mark] = now;
        _mark = (_mark + 1) % PerSecondMax;
        _asked++;
        return true;
    }

    private async Task<KeyLookup> AskAsync(string publicId)
    {
        var answer = KeyLookup.Unavailable;
        try
        {
            await _slots.WaitAsync();
            try
            {
                using var deadline = new CancellationTokenSource(WaitMax, time);
                var key = await directory.FindAsync(publicId, deadline.Token);
                if (key is not null) await keys.OfferAsync(key, deadline.Token);
                answer = key is null ? KeyLookup.Unknown : KeyLookup.Settled;
                _failing = false;
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (Exception e)
        {
            if (!_failing) log.LogError(e, "Keys cannot be looked up in the database; calls with keys that are not in memory yet are refused until they can.");
            _failing = true;
        }

        lock (_gate)
        {
            _underWay.Remove(publicId);
            if (answer == KeyLookup.Unknown)
            {
                if (_unknown.Count >= UnknownMax) _unknown.Clear();
                _unknown.Add(publicId);
            }
        }

        return answer;
    }
}
