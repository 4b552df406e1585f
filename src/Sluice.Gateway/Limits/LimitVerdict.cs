namespace Sluice.Gateway.Limits;

/// <summary>Which limit a call ran into.</summary>
public enum LimitKind : byte { None, CallsPerDay, RequestsPerMinute, TokensPerMinute, Concurrency }

/// <summary>How one limit stands, for <c>x-ratelimit-*</c> headers.</summary>
/// <param name="Limit">Size of the limit; meaningless where <paramref name="Exists"/> is false.</param>
/// <param name="Remaining">What is left, never below 0.</param>
/// <param name="Reset">Time until all of it is back if nothing more is taken; zero for concurrency, where it depends on the calls under way.</param>
/// <param name="Exists">Whether the key has a limit of this kind.</param>
public readonly record struct LimitLevel(long Limit, long Remaining, TimeSpan Reset, bool Exists);

/// <summary>How the limits of a key stand right after the decision.</summary>
public readonly record struct LimitSnapshot(LimitLevel CallsPerDay, LimitLevel RequestsPerMinute, LimitLevel TokensPerMinute, LimitLevel Concurrency);

/// <summary>The answer to one attempt to take a call from a key's limits.</summary>
public readonly struct LimitVerdict
{
    internal LimitVerdict(LimitTicket ticket, int day, in LimitSnapshot snapshot)
    {
        Taken = true;
        Ticket = ticket;
        Day = day;
        Snapshot = snapshot;
    }

    internal LimitVerdict(LimitKind exceeded, long limit, TimeSpan retryAfter, bool neverFits, int day, in LimitSnapshot snapshot)
    {
        Exceeded = exceeded;
        Limit = limit;
        RetryAfter = retryAfter;
        NeverFits = neverFits;
        Day = day;
        Snapshot = snapshot;
    }

    /// <summary>Whether the call was let through. If not, nothing was taken from any limit.</summary>
    public bool Taken { get; }

    /// <summary>To be settled exactly once when the call ends; empty where the call was not taken, or only looked at.</summary>
    public LimitTicket Ticket { get; }

    /// <summary>Day number that the call is counted on, taken or not.</summary>
    public int Day { get; }

    /// <summary>The limit that stopped the call: one that no wait can satisfy, else calls a day, else the one with the longest wait.</summary>
    public LimitKind Exceeded { get; }

    /// <summary>Size of the limit that stopped the call.</summary>
    public long Limit { get; }

    /// <summary>
    /// Waiting exactly this long, all else equal, the same call is taken. Zero where <see cref="NeverFits"/>;
    /// one second for concurrency, where nobody knows.
    /// </summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>The call is larger than the whole limit, or the limit is 0: no wait helps.</summary>
    public bool NeverFits { get; }

    public LimitSnapshot Snapshot { get; }
}
