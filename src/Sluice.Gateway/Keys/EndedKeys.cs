using Sluice.Contracts.Errors;
using Sluice.Gateway.Stages;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Keys;

/// <summary>
/// Ends calls under way whose key may no longer be used. Looked at from the clock's thread whenever a key has changed, and now and then besides, for a
/// call that took its key out of the table just before the change and for keys that expire. The calls themselves do nothing for it.
/// </summary>
public sealed class EndedKeys(KeyTable keys, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(4);

    private long _version;
    private long _lookedAt;

    /// <summary>From one thread at a time.</summary>
    internal void Look(ReadOnlySpan<CallWatch> calls, long now)
    {
        var version = keys.Version;
        if (version == _version && time.GetElapsedTime(_lookedAt, now) < LookEvery) return;
        (_version, _lookedAt) = (version, now);
        var wallClock = time.GetUtcNow();
        foreach (var call in calls)
        {
            var exchange = call.Exchange;
            if (exchange.KeyEnded is not null) call.EndForKey(now, time);
            else if (exchange.Key is { } used && RefusalOf(used.Id, wallClock) is { } refusal) call.EndForKey(refusal, now);
        }
    }

    private Refusal? RefusalOf(string keyId, DateTimeOffset now)
    {
        if (keys.Current(keyId) is not { } key) return KeyStanding.Unknown;
        if (KeyStanding.RefusalOf(key, now) is { } refusal) return refusal;
        return CheckPermission.NothingLeft(key) is { } why ? new(ErrorCodes.MissingPermission, $"It is 'api.call'. {why}") : null;
    }
}
