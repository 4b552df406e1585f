using System.Globalization;
using Sluice.Server.Management.Usage;

namespace Sluice.Server.Tests.Management.Usage;

public class UsageWindowTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 34, 56, TimeSpan.Zero);

    [Theory]
    [InlineData("Asia/Shanghai", "2026-03-01T10:00:00Z", "2026-03-03T10:00:00Z", "2026-02-28T16:00:00Z 2026-03-01T16:00:00Z 2026-03-02T16:00:00Z 2026-03-03T16:00:00Z")]
    // The night in which the clock goes forward, and the one in which it goes back.
    [InlineData("Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", "2026-03-27T23:00:00Z 2026-03-28T23:00:00Z 2026-03-29T22:00:00Z 2026-03-30T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", "2026-10-23T22:00:00Z 2026-10-24T22:00:00Z 2026-10-25T23:00:00Z 2026-10-26T23:00:00Z")]
    // Where midnight itself is skipped, and where it comes twice.
    [InlineData("Africa/Cairo", "2026-04-23T23:00:00Z", "2026-04-24T10:00:00Z", "2026-04-23T22:00:00Z 2026-04-24T21:00:00Z")]
    [InlineData("America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T04:00:00Z", "2026-11-01T04:00:00Z 2026-11-02T05:00:00Z")]
    // Not whole hours off: the next full hour.
    [InlineData("Asia/Kolkata", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z", "2026-02-28T19:00:00Z 2026-03-01T19:00:00Z")]
    [InlineData("Asia/Kolkata", "2026-02-28T18:45:00Z", "2026-02-28T18:50:00Z", "2026-02-27T19:00:00Z 2026-02-28T19:00:00Z")]
    public void Days_begin_in_the_zone(string zone, string from, string to, string bounds)
    {
        var window = UsageWindow.Of(Ms(from), Ms(to), "day", TimeZoneInfo.FindSystemTimeZoneById(zone), Now.ToUnixTimeMilliseconds(), compare: false);
        window.StartsMs.Append(window.ToMs).ShouldBe(bounds.Split(' ').Select(Ms));
        for (var i = 0; i < window.StartsMs.Count; i++)
        {
            window.IndexOf(window.StartsMs[i]).ShouldBe(i);
            window.IndexOf((i + 1 < window.StartsMs.Count ? window.StartsMs[i + 1] : window.ToMs) - 1).ShouldBe(i);
        }
    }

    [Theory]
    [InlineData("auto", 1, false, "minute", false)]
    [InlineData("auto", 24, false, "hour", false)]
    [InlineData("auto", 24 * 30, false, "day", false)]
    [InlineData("minute", 16, false, "minute", false)]
    [InlineData("minute", 17, false, "hour", true)]
    [InlineData("hour", 24 * 41, false, "hour", false)]
    [InlineData("hour", 24 * 42, false, "day", true)]
    [InlineData("minute", 24 * 60, false, "day", true)]
    [InlineData("day", 1, false, "day", false)]
    public void An_interval_is_widened_where_there_would_be_too_many_points_and_the_answer_says_so(string asked, int hours, bool compare, string interval, bool said)
    {
        var window = UsageWindow.Of(Now.AddHours(-hours).ToUnixTimeMilliseconds(), Now.ToUnixTimeMilliseconds(), asked, TimeZoneInfo.Utc, Now.ToUnixTimeMilliseconds(), compare);
        window.Interval.ShouldBe(interval);
        window.StartsMs.Count.ShouldBeLessThanOrEqualTo(UsageWindow.PointsMax);
        (window.Message is not null).ShouldBe(said, window.Message);
        window.FromMs.ShouldBeLessThanOrEqualTo(Now.AddHours(-hours).ToUnixTimeMilliseconds());
        window.ToMs.ShouldBeGreaterThanOrEqualTo(Now.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void Minutes_that_are_no_longer_kept_are_answered_by_hours()
    {
        UsageWindow Of(double daysAgo, bool compare) =>
            UsageWindow.Of(Now.AddDays(-daysAgo).ToUnixTimeMilliseconds(), Now.AddDays(-daysAgo).AddHours(2).ToUnixTimeMilliseconds(), "minute", TimeZoneInfo.Utc, Now.ToUnixTimeMilliseconds(), compare);
        Of(2.95, compare: false).Interval.ShouldBe("minute");
        Of(3, compare: false).Interval.ShouldBe("hour");
        Of(2.95, compare: true).Interval.ShouldBe("hour");
    }

    private static long Ms(string at) => DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
