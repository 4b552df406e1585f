using System.Diagnostics;
using System.Globalization;
using Sluice.Bench.Linux;

namespace Sluice.Bench.Load;

/// <summary>Calls as fast as they are answered over 64 keep-alive connections, made by wrk.</summary>
internal static class WrkLoad
{
    internal const int Connections = 64;

    internal static LoadResult Run(Endpoint endpoint, string script, TimeSpan time, IReadOnlyList<int> watchedPids)
    {
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-t1", $"-c{Connections}", $"-d{time.TotalSeconds:0}s", "--latency", "-s", Path.Combine(AppContext.BaseDirectory, "wrk.lua"), endpoint.Url + BenchRequest.Path])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["BENCH_BODY"] = BenchRequest.Body(script, stream: false);
        start.Environment["BENCH_KEY"] = endpoint.ApiKey;
        var cpuBefore = ProcessCost.CpuNanoseconds(watchedPids);
        using var wrk = Process.Start(start)!;
        var output = wrk.StandardOutput.ReadToEnd();
        wrk.WaitForExit();
        var cpu = ProcessCost.CpuNanoseconds(watchedPids) - cpuBefore;
        var line = output.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk gave no result: {output}{wrk.StandardError.ReadToEnd()}");
        var figures = line.Split(' ')[1..].Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        var (calls, microseconds, p50, p99, failures) = (figures[0], figures[1], figures[2], figures[3], figures[4]);
        return new LoadResult((long)(calls - failures), (long)failures, (calls - failures) / (microseconds / 1e6), cpu / 1000.0 / Math.Max(1, calls), p50, p99);
    }
}
