using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Limits;

/// <summary>The limits of a key with what was granted for a while.</summary>
internal static class BoostedLimits
{
    /// <summary>The limits that hold at an instant of the wall clock, and the interval around it in which they do.</summary>
    public static KeyLimits At(ApiKey key, long utcTicks, out long fromUtcTicks, out long untilUtcTicks)
    {
        var limits = key.Limits;
        var (callsPerDay, requests, tokens, concurrency) = limits;
        (fromUtcTicks, untilUtcTicks) = (long.MinValue, long.MaxValue);
        foreach (var boost in key.Boosts)
        {
            Bound(boost.From.UtcTicks, utcTicks, ref fromUtcTicks, ref untilUtcTicks);
            Bound(boost.Until.UtcTicks, utcTicks, ref fromUtcTicks, ref untilUtcTicks);
            if (utcTicks < boost.From.UtcTicks || utcTicks >= boost.Until.UtcTicks) continue;
            switch (boost.Limit)
            {
                case LimitKind.CallsPerDay:
                    callsPerDay = Raise(callsPerDay, boost.Value);
                    break;
                case LimitKind.RequestsPerMinute:
                    requests = Raise(requests, boost.Value);
                    break;
                case LimitKind.TokensPerMinute:
                    tokens = Raise(tokens, boost.Value);
                    break;
                case LimitKind.Concurrency:
                    concurrency = (int?)Raise(concurrency, Math.Min(boost.Value, int.MaxValue));
                    break;
            }
        }

        return new KeyLimits(callsPerDay, requests, tokens, concurrency);
    }

    private static long? Raise(long? limit, long value) => limit < value ? value : limit;

    private static void Bound(long edge, long now, ref long from, ref long until)
    {
        if (edge <= now) from = Math.Max(from, edge);
        else until = Math.Min(until, edge);
    }
}
