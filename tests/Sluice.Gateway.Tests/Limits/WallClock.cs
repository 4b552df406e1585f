using Microsoft.Extensions.Time.Testing;

namespace Sluice.Gateway.Tests.Limits;

/// <summary>A clock whose wall time can be set apart from its monotonic time, as an operator or NTP does it.</summary>
public sealed class WallClock(DateTimeOffset start, bool timers = true) : TimeProvider
{
    private readonly FakeTimeProvider _monotonic = new(start);

    public TimeSpan Jumped { get; set; }

    public void Advance(TimeSpan by) => _monotonic.Advance(by);

    /// <summary>Lets time pass up to that instant of the wall clock.</summary>
    public void AdvanceTo(DateTimeOffset at) => Advance(at - GetUtcNow());

    public override DateTimeOffset GetUtcNow() => _monotonic.GetUtcNow() + Jumped;
    public override long GetTimestamp() => _monotonic.GetTimestamp();
    public override long TimestampFrequency => _monotonic.TimestampFrequency;
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => _monotonic.CreateTimer(callback, state, timers ? dueTime : Timeout.InfiniteTimeSpan, period);
}
