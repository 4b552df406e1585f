using Sluice.Contracts.Management;

namespace Sluice.Server.Reviews;

/// <summary>A key or role as it will stand in a review.</summary>
internal sealed record ReviewDraft(string Kind, string SubjectId, string? AccountId, string Title, IReadOnlyList<ReviewFinding> Findings, ReviewProposal? Proposed);

/// <summary>How far back a review looks.</summary>
/// <param name="Days">Days of traffic and acts that are looked at.</param>
/// <param name="UnusedDays">Days without use from which on it is pointed out.</param>
internal sealed record ReviewSpan(DateTimeOffset Now, int Days, int UnusedDays)
{
    public const int DaysDefault = 90;
    public const int UnusedDaysDefault = 30;

    /// <param name="recordDays">Days that records are kept, or 0 for ever: what is gone says nothing.</param>
    public static ReviewSpan Of(DateTimeOffset now, int unusedDays, int recordDays)
    {
        var known = recordDays > 0 ? recordDays : int.MaxValue;
        return new ReviewSpan(now, Math.Min(Math.Max(DaysDefault, unusedDays), known), Math.Min(unusedDays, known));
    }

    public long SinceMs => Now.AddDays(-Days).ToUnixTimeMilliseconds();

    /// <summary>Whole days from an instant to now.</summary>
    public int DaysSince(long ms) => (int)((Now.ToUnixTimeMilliseconds() - ms) / TimeSpan.MillisecondsPerDay);

    /// <summary>Days in which something that began at an instant could be seen being used; at least one.</summary>
    public int SeenDays(long sinceMs) => Math.Clamp(DaysSince(sinceMs), 1, Days);
}
