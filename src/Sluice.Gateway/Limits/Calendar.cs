namespace Sluice.Gateway.Limits;

/// <summary>Days of a time zone, by the instants at which they begin.</summary>
internal static class Calendar
{
    public static int DayOf(TimeZoneInfo zone, DateTimeOffset at)
        => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime).DayNumber;

    /// <summary>
    /// The instant at which a day numbered <paramref name="day"/> or later begins, after <paramref name="now"/>, which must lie before it.
    /// Holds where midnight does not exist, exists twice, or a whole day is skipped.
    /// </summary>
    public static DateTimeOffset StartOf(TimeZoneInfo zone, DateTimeOffset now, int day)
    {
        // Nearly always midnight at the present offset.
        var midnight = DateOnly.FromDayNumber(day).ToDateTime(TimeOnly.MinValue);
        var guess = new DateTimeOffset(midnight, TimeSpan.Zero) - zone.GetUtcOffset(now);
        if (guess > now && DayOf(zone, guess) >= day && DayOf(zone, guess.AddTicks(-1)) < day) return guess;

        // Offsets lie within ±14 h of UTC, so the day has begun everywhere 15 h after its midnight in UTC.
        long before = now.UtcTicks, after = midnight.Ticks + TimeSpan.TicksPerHour * 15;
        while (after - before > 1)
        {
            var middle = before + (after - before) / 2;
            if (DayOf(zone, new DateTimeOffset(middle, TimeSpan.Zero)) >= day) after = middle;
            else before = middle;
        }
        return new DateTimeOffset(after, TimeSpan.Zero);
    }
}
