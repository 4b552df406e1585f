using System.Diagnostics;
using System.Globalization;

namespace Sluice.Bench.Run;

/// <summary>The facts of the machine that a reader of the figures needs, and none that name it.</summary>
internal static class MachineFacts
{
    internal static string Describe(string repository)
    {
        var cpu = Field("/proc/cpuinfo", "model name") ?? "unknown";
        var memory = double.Parse(Field("/proc/meminfo", "MemTotal")!.Split(' ')[0], CultureInfo.InvariantCulture) / 1024 / 1024;
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim().Split('-')[0];
        var system = Field("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? "Linux";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores ({cpu}), {memory:0} GiB, Linux {kernel}, {system}, .NET {Environment.Version}, {Said("nginx", "-v").Replace("nginx version: ", "", StringComparison.Ordinal).Replace("nginx/", "nginx ", StringComparison.Ordinal)}, {Said("wrk", "-v").Split(" Copyright")[0].Split(" [")[0]}, YARP 2.3.0, commit {Commit(repository)}");
    }

    /// <summary>One-minute load average: how busy the machine was before the run.</summary>
    internal static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    /// <summary>Ticks stolen by the hypervisor and ticks in all, since boot.</summary>
    internal static (long Stolen, long All) Ticks()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return (ticks[7], ticks.Sum());
    }

    private static string Commit(string repository)
    {
        var commit = Said("git", "-C", repository, "rev-parse", "--short", "HEAD");
        return Said("git", "-C", repository, "status", "--porcelain", "--untracked-files=no").Length == 0 ? commit : commit + " with local changes";
    }

    private static string? Field(string file, string name, char separator = ':') =>
        File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(separator, 2)[1].Trim();

    private static string Said(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            var said = output.Length > 0 ? output : program == "git" ? "" : error;
            return said.Split('\n')[0].Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return program + " not found";
        }
    }
}
