using System.Collections.Concurrent;

namespace Sluice.Server.Management.Keys;

/// <summary>
/// Whether an organisation may have one key more. Counting a million keys takes a while, so a count is remembered for some minutes and added to; only
/// what comes near the end is counted anew each time. Other nodes' keys show with the next count: the limit keeps memory bounded, and is nobody's quota.
/// </summary>
internal sealed class KeyRoom(TimeProvider time)
{
    /// <summary>Keys of one organisation that are not revoked. Every node keeps all keys in memory.</summary>
    public const int KeysMax = 1_000_000;
    private const int OrganisationsMax = 10_000;
    private static readonly TimeSpan RememberFor = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (int Count, long At)> _counts = new(StringComparer.Ordinal);

    public async ValueTask<bool> TakeAsync(string organisationId, Func<Task<int>> count)
    {
        if (!_counts.TryGetValue(organisationId, out var known) || known.Count >= KeysMax || time.GetElapsedTime(known.At) >= RememberFor)
            known = (await count(), time.GetTimestamp());
        if (known.Count >= KeysMax)
            return false;
        if (_counts.Count >= OrganisationsMax)
            _counts.Clear();
        _counts[organisationId] = (known.Count + 1, known.At);
        return true;
    }
}
