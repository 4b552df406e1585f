using System.Globalization;
using System.Text;
using Sluice.Bench.Load;
using Sluice.Bench.Targets;

namespace Sluice.Bench.Run;

/// <summary>Medians and ratios of a run as Markdown. A ratio is taken inside a round, then the median of the rounds.</summary>
internal sealed class Report(RunOptions options, IReadOnlyList<Sample> samples, IReadOnlyDictionary<string, double> afterLoadMiB, IReadOnlyList<string> troubles)
{
    private const string Nginx = "nginx", Yarp = "YARP";
    private static readonly string[] Order = [DirectTarget.Name, Nginx, Yarp, SluiceTarget.Name];

    private readonly StringBuilder _text = new();

    internal string Write(string date, string facts, string loadBefore, double stolenPercent)
    {
        Line($"# Benchmark of {date}");
        Line();
        Line(facts + ".");
        Line();
        Line($"{options.Rounds} interleaved rounds of {options.Measured.TotalSeconds:0} s, medians; load average before the run {loadBefore}, CPU stolen by the hypervisor {stolenPercent:0.0} %.{(options.IsWhole ? "" : " **A shortened run: good for trying, not for conclusions.**")}");
        Line("CPU is that of the proxy's processes; in the row \"direct\" that of the stand-in upstream. Ratios are taken inside each round; in brackets the lowest and highest.");
        Loads("flat", $"Non-streamed chat, 1 KB answers, {WrkLoad.Connections} connections, flat out", "call", 1);
        Loads("rate", $"Non-streamed chat, 1 KB answers, {options.CallsPerSecond:N0} calls/s", "call", 1);
        Loads("large", $"Non-streamed chat, 10 KB answers, {WrkLoad.Connections} connections, flat out", "call", 1);
        Loads("streams", $"{options.Streams:N0} open streams, a chunk each 100 ms", "chunk", 1);
        Memory();
        Start();
        Goals();
        if (troubles.Count > 0)
        {
            Line();
            Line("## Troubles");
            Line();
            foreach (var trouble in troubles) Line("- " + trouble.Replace("\n", "\n  ", StringComparison.Ordinal));
        }

        return _text.ToString();
    }

    private void Loads(string workload, string title, string unit, int decimals)
    {
        if (!options.Workloads.Contains(workload)) return;
        Line();
        Line("## " + title);
        Line();
        Line($"| way | CPU µs per {unit} | × nginx | × YARP | {unit}s/s | p50 ms | p99 ms | added p50 ms | added p99 ms |");
        Line("| --- | --: | --: | --: | --: | --: | --: | --: | --: |");
        foreach (var target in Order.Where(t => Of(workload, t).Any()))
        {
            var cpu = Median(Of(workload, target), s => s.Load!.CpuMicrosecondsPerUnit)!.Value.ToString("F" + decimals, CultureInfo.InvariantCulture);
            Line($"| {target} | {cpu} | {Ratio(workload, target, Nginx)} | {Ratio(workload, target, Yarp)} | {Text(Median(Of(workload, target), s => s.Load!.UnitsPerSecond), "N0")} | {Ms(workload, target, l => l.P50Microseconds)} | {Ms(workload, target, l => l.P99Microseconds)} | {Added(workload, target, l => l.P50Microseconds)} | {Added(workload, target, l => l.P99Microseconds)} |");
        }
    }

    private void Memory()
    {
        if (!options.Workloads.Contains("idle")) return;
        Line();
        Line($"## {options.IdleStreams:N0} open silent streams");
        Line();
        Line("| way | KiB per open stream | × nginx | × YARP |");
        Line("| --- | --: | --: | --: |");
        foreach (var target in Order.Where(t => Of("idle", t).Any()))
        {
            Line($"| {target} | {Text(Median(Of("idle", target), s => s.KiBPerStream!.Value), "F1")} | {Spread(Ratios("idle", target, Nginx, s => s.KiBPerStream))} | {Spread(Ratios("idle", target, Yarp, s => s.KiBPerStream))} |");
        }
    }

    private void Start()
    {
        if (!options.Workloads.Contains("start") && afterLoadMiB.Count == 0) return;
        Line();
        Line("## Start and memory");
        Line();
        Line("| way | first start to first answer, ms | CPU of that, ms | second start, ms | resident at rest, MiB | resident after the loads, MiB |");
        Line("| --- | --: | --: | --: | --: | --: |");
        foreach (var target in Order.Where(t => Of("start", t).Any() || afterLoadMiB.ContainsKey(t)))
        {
            Line($"| {target} | {Text(Median(Of("start", target), s => s.FirstStartMs!.Value), "F0")} | {Text(Median(Of("start", target), s => s.FirstStartCpuMs!.Value), "F0")} | {Text(Median(Of("start", target), s => s.SecondStartMs!.Value), "F0")} | {Text(Median(Of("start", target), s => s.RestingMiB!.Value), "F0")} | {Text(afterLoadMiB.TryGetValue(target, out var mib) ? mib : null, "F0")} |");
        }
    }

    private void Goals()
    {
        Line();
        Line("## Goals");
        Line();
        Goal("flat", "CPU per call flat out", MedianOf(Ratios("flat", SluiceTarget.Name, Yarp, Cpu)), 0.8, "× YARP", "F2");
        Goal("rate", $"CPU per call at {options.CallsPerSecond:N0} calls/s", MedianOf(Ratios("rate", SluiceTarget.Name, Yarp, Cpu)), 0.5, "× YARP", "F2");
        Goal("streams", $"CPU per chunk at {options.Streams:N0} streams", MedianOf(Ratios("streams", SluiceTarget.Name, Yarp, Cpu)), 1.0, "× YARP", "F2");
        Goal("idle", $"memory per idle stream at {options.IdleStreams:N0} streams", Median(Of("idle", SluiceTarget.Name), s => s.KiBPerStream!.Value), 40, "KiB", "F1");
        Goal("start", "first start to the first answered call", Median(Of("start", SluiceTarget.Name), s => s.FirstStartMs!.Value), 1500, "ms", "F0");
        Line();
        Line("Beyond these: 1.3 × nginx for calls and chunks, 20 KiB per idle stream, 0.3 s to the first answer.");
    }

    private void Goal(string workload, string what, double? measured, double limit, string unit, string format)
    {
        if (!options.Workloads.Contains(workload)) return;
        // A ratio over failed calls compares nothing.
        var failed = samples.Any(s => s.Workload == workload && s.Target is SluiceTarget.Name or Yarp && s.Load is { Failures: > 0 });
        var verdict = measured is null ? "**not measured**" : failed ? "**NOT met** (calls failed; see below)" : measured <= limit ? "met" : "**NOT met**";
        Line($"- {what}: {(measured is null ? "–" : Text(measured, format))} {unit}, goal at most {limit.ToString(CultureInfo.InvariantCulture)}: {verdict}");
    }

    private string Ms(string workload, string target, Func<LoadResult, double> figure) => Text(Median(Of(workload, target), s => figure(s.Load!) / 1000), "F2");

    private string Added(string workload, string target, Func<LoadResult, double> figure)
    {
        if (target == DirectTarget.Name) return "–";
        var differences = Pairs(workload, target, DirectTarget.Name).Select(p => (figure(p.Sample.Load!) - figure(p.Base.Load!)) / 1000).ToArray();
        return Text(MedianOf(differences), "F2");
    }

    private string Ratio(string workload, string target, string against) => Spread(Ratios(workload, target, against, Cpu));

    private static string Spread(double[] ratios) => ratios.Length switch
    {
        0 => "–",
        1 => Text(ratios[0], "F2"),
        _ => $"{Text(MedianOf(ratios), "F2")} ({Text(ratios.Min(), "F2")}–{Text(ratios.Max(), "F2")})",
    };

    private double[] Ratios(string workload, string target, string against, Func<Sample, double?> figure) =>
        [.. Pairs(workload, target, against).Select(p => figure(p.Sample) / figure(p.Base)).OfType<double>()];

    private IEnumerable<(Sample Sample, Sample Base)> Pairs(string workload, string target, string against) =>
        from sample in Of(workload, target)
        join other in Of(workload, against) on sample.Round equals other.Round
        select (sample, other);

    private IEnumerable<Sample> Of(string workload, string target) => samples.Where(s => s.Workload == workload && s.Target == target);

    private static double? Cpu(Sample sample) => sample.Load?.CpuMicrosecondsPerUnit;

    private static double? Median(IEnumerable<Sample> of, Func<Sample, double> figure) => MedianOf([.. of.Select(figure)]);

    private static double? MedianOf(double[] values)
    {
        if (values.Length == 0) return null;
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(double? value, string format) => value is { } v ? v.ToString(format, CultureInfo.InvariantCulture) : "–";

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
