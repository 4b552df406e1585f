namespace Sluice.Bench.Linux;

/// <summary>A kernel timer that counts its expirations, so that a late reader still knows how many ticks were due. Times are <see cref="System.Diagnostics.Stopwatch"/> nanoseconds.</summary>
internal sealed unsafe class PeriodicTimerFd : IDisposable
{
    internal int Fd { get; } = LibC.Checked(LibC.TimerCreate(LibC.ClockMonotonic, LibC.NonBlocking | LibC.CloseOnExec), "timerfd_create");

    internal void Start(long firstNs, long periodNs)
    {
        var spec = new LibC.TimerSpec { Value = Split(firstNs), Interval = Split(periodNs) };
        LibC.Checked(LibC.TimerSet(Fd, LibC.TimerAbsolute, &spec, 0), "timerfd_settime");
    }

    internal void Stop()
    {
        var spec = default(LibC.TimerSpec);
        LibC.Checked(LibC.TimerSet(Fd, 0, &spec, 0), "timerfd_settime");
    }

    internal long ReadExpirations()
    {
        long count = 0;
        return LibC.Read(Fd, &count, sizeof(long)) == sizeof(long) ? count : 0;
    }

    public void Dispose() => LibC.Close(Fd);

    private static LibC.TimeSpec Split(long ns) => new() { Seconds = ns / 1_000_000_000, Nanoseconds = ns % 1_000_000_000 };
}
