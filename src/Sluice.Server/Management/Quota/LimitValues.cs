using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

/// <summary>The four limits of a key; <see langword="null"/> is without limit.</summary>
internal readonly record struct LimitValues(long? CallsPerDay, long? RequestsPerMinute, long? TokensPerMinute, int? Concurrency)
{
    public static LimitValues Of(KeyRow key) => new(key.CallsPerDay, key.RequestsPerMinute, key.TokensPerMinute, key.Concurrency);

    public static LimitValues CeilingsOf(TierRow tier) => new(tier.CallsPerDayMax, tier.RequestsPerMinuteMax, tier.TokensPerMinuteMax, tier.ConcurrencyMax);

    public long? this[string limit] => limit switch
    {
        LimitNames.CallsPerDay => CallsPerDay,
        LimitNames.RequestsPerMinute => RequestsPerMinute,
        LimitNames.TokensPerMinute => TokensPerMinute,
        LimitNames.Concurrency => Concurrency,
        _ => throw new ArgumentOutOfRangeException(nameof(limit), limit, null),
    };

    /// <summary>Lays one limit onto a key.</summary>
    public static void Set(KeyRow key, string limit, long? value)
    {
        switch (limit)
        {
            case LimitNames.CallsPerDay:
                key.CallsPerDay = value;
                break;
            case LimitNames.RequestsPerMinute:
                key.RequestsPerMinute = value;
                break;
            case LimitNames.TokensPerMinute:
                key.TokensPerMinute = value;
                break;
            case LimitNames.Concurrency:
                key.Concurrency = value is { } some ? checked((int)some) : null;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(limit), limit, null);
        }
    }
}

/// <summary>The limits of a key by the names that bodies and rows give them.</summary>
internal static class LimitNames
{
    public const string CallsPerDay = "callsPerDay";
    public const string RequestsPerMinute = "requestsPerMinute";
    public const string TokensPerMinute = "tokensPerMinute";
    public const string Concurrency = "concurrency";

    public static readonly IReadOnlyList<string> All = [CallsPerDay, RequestsPerMinute, TokensPerMinute, Concurrency];
}
