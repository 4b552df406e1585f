using System.Globalization;

namespace Sluice.Bench.Linux;

/// <summary>What a process has used: CPU of all its threads, and resident memory.</summary>
internal static unsafe class ProcessCost
{
    /// <summary>
    /// CPU nanoseconds of the processes, user and system, ended threads included. The kernel's CPU clock of a process is the sum that
    /// utime and stime of /proc/PID/stat show, without their rounding to 10 ms.
    /// </summary>
    internal static long CpuNanoseconds(IReadOnlyList<int> pids)
    {
        long total = 0;
        foreach (var pid in pids)
        {
            LibC.TimeSpec time;
            LibC.Checked(LibC.ClockGet((~pid << 3) | 2, &time), $"reading the CPU clock of process {pid}");
            total += (time.Seconds * 1_000_000_000) + time.Nanoseconds;
        }

        return total;
    }

    /// <summary>Resident memory of the processes in KiB.</summary>
    internal static long ResidentKiB(IReadOnlyList<int> pids) => pids.Sum(pid => ResidentKiB(pid));

    /// <summary>The process and those it started.</summary>
    internal static int[] WithChildren(int pid)
    {
        var pids = new List<int> { pid };
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var candidate) && ParentOf(candidate) == pid) pids.Add(candidate);
        }

        return [.. pids];
    }

    private static int ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The command name is in brackets and may hold spaces; state and parent follow it.
            return int.Parse(stat.AsSpan(stat.LastIndexOf(')') + 4).ToString().Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long ResidentKiB(int pid)
    {
        // The roll-up is exact; the figure in status lags by per-CPU batches.
        var file = File.Exists($"/proc/{pid}/smaps_rollup") ? ($"/proc/{pid}/smaps_rollup", "Rss:") : ($"/proc/{pid}/status", "VmRSS:");
        var line = File.ReadLines(file.Item1).First(l => l.StartsWith(file.Item2, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
