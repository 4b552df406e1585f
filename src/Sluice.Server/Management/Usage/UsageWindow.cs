using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records.Usage;

namespace Sluice.Server.Management.Usage;

/// <summary>The span that is answered for and the intervals that it is cut into: what was asked for, in whole intervals, and not more of them than an answer may hold.</summary>
internal sealed class UsageWindow
{
    public const string Auto = "auto";
    public const int PointsMax = 1_000;
    private const long MinuteMs = UsageBatch.MinuteMs;
    private const long HourMs = UsageBatch.HourMs;
    private const long DayMs = 24 * HourMs;

    private UsageWindow(string interval, IReadOnlyList<long> startsMs, long toMs, string? message) => (Interval, StartsMs, ToMs, Message) = (interval, startsMs, toMs, message);

    public string Interval { get; }
    public IReadOnlyList<long> StartsMs { get; }
    public long FromMs => StartsMs[0];
    public long ToMs { get; }
    public string? Message { get; }
    public bool ByMinute => Interval == UsageIntervals.Minute;
    /// <summary>What the database is asked to add up: days too, unless the clock is changed in one of them, which is then put together from hours.</summary>
    public long StepMs => ByMinute ? MinuteMs : Interval == UsageIntervals.Hour || !AllAreDays ? HourMs : DayMs;

    private bool AllAreDays => StartsMs.Append(ToMs).Zip(StartsMs.Append(ToMs).Skip(1)).All(static pair => pair.Second - pair.First == DayMs);

    /// <summary>Reads <c>from</c>, <c>to</c> and <c>interval</c>; refuses a span that is none or is too long.</summary>
    /// <param name="compare">Whether as much before is wanted too.</param>
    public static UsageWindow From(OperationCall call, TimeZoneInfo zone, bool compare)
    {
        var from = call.Query.Instant("from");
        var to = call.Query.Instant("to");
        var asked = call.Query.OneOf("interval", Auto, UsageIntervals.Minute, UsageIntervals.Hour, UsageIntervals.Day) ?? Auto;
        var end = to is { } given && given < call.Now ? given : call.Now;
        var begin = from ?? end.AddHours(-24);
        if (begin >= end)
        {
            call.Query.Refuse(from is null ? "to" : "from", from < to ? "'from' must not be in the future." : "'from' must be before 'to'.");
            (begin, end) = (call.Now.AddHours(-1), call.Now);
        }
        else if ((end - begin).TotalDays > PointsMax - 2)
        {
            call.Query.Refuse("from", $"From 'from' to 'to' are more than {PointsMax - 2} days, which is more than one answer holds: ask in parts.");
            (begin, end) = (call.Now.AddHours(-1), call.Now);
        }

        return Of(begin.ToUnixTimeMilliseconds(), end.ToUnixTimeMilliseconds(), asked, zone, call.NowMs, compare, to > call.Now.AddMinutes(1));
    }

    internal static UsageWindow Of(long fromMs, long toMs, string asked, TimeZoneInfo zone, long nowMs, bool compare, bool cut = false)
    {
        var span = toMs - fromMs;
        var interval = asked != Auto ? asked : span <= 3 * HourMs ? UsageIntervals.Minute : span <= 8 * DayMs ? UsageIntervals.Hour : UsageIntervals.Day;
        List<string> messages = cut ? ["'to' is in the future; the answer ends now."] : [];
        // A minute more than is there: the oldest goes while the answer is made.
        if (interval == UsageIntervals.Minute && (fromMs - (compare ? span : 0) < nowMs - (UsageTables.MinuteDays * DayMs) + MinuteMs || span / MinuteMs > PointsMax - 2))
        {
            interval = UsageIntervals.Hour;
            if (asked != Auto) messages.Add($"Points are hours: minutes are kept for {UsageTables.MinuteDays} days, and an answer holds at most {PointsMax} of them.");
        }

        if (interval == UsageIntervals.Hour && span / HourMs > PointsMax - 2)
        {
            interval = UsageIntervals.Day;
            messages.Add($"Points are days: an answer holds at most {PointsMax} of them.");
        }

        var (starts, end) = interval switch
        {
            UsageIntervals.Minute => Even(fromMs, toMs, MinuteMs),
            UsageIntervals.Hour => Even(fromMs, toMs, HourMs),
            _ => Days(fromMs, toMs, zone),
        };
        return new UsageWindow(interval, starts, end, messages.Count == 0 ? null : string.Join(' ', messages));
    }

    /// <summary>Which interval an instant is in.</summary>
    public int IndexOf(long ms)
    {
        var (low, high) = (0, StartsMs.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (StartsMs[middle] <= ms) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    private static (IReadOnlyList<long> Starts, long End) Even(long fromMs, long toMs, long step)
    {
        var starts = new List<long>();
        for (var at = fromMs / step * step; at < toMs; at += step)
            starts.Add(at);
        return (starts, starts[^1] + step);
    }

    private static (IReadOnlyList<long> Starts, long End) Days(long fromMs, long toMs, TimeZoneInfo zone)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(fromMs), zone).DateTime);
        // Rounded up to the hour, the day may begin after the instant.
        if (StartOf(day, zone) > fromMs) day = day.AddDays(-1);
        var starts = new List<long>();
        long next;
        do
        {
            starts.Add(StartOf(day, zone));
            day = day.AddDays(1);
            next = StartOf(day, zone);
        }
        while (next < toMs);
        return (starts, next);
    }

    /// <summary>When a day begins: midnight, or what follows where the clock skips it; rounded up to the full hour, since sums of less are not kept.</summary>
    private static long StartOf(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight)) midnight = midnight.AddMinutes(15);
        // Where midnight comes twice, the day begins with the first.
        var offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight);
        var ms = new DateTimeOffset(midnight, offset).ToUnixTimeMilliseconds();
        return (ms + HourMs - 1) / HourMs * HourMs;
    }
}
