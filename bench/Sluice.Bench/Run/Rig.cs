using Sluice.Bench.Linux;
using Sluice.Bench.Load;
using Sluice.Bench.Targets;

namespace Sluice.Bench.Run;

/// <summary>Starts the targets and runs the workloads over them in interleaved rounds. Everything is written below one folder; the caller removes it and ends what still runs.</summary>
internal sealed class Rig
{
    private const int ChunkIntervalMs = 100;

    private readonly RunOptions _options;
    private readonly string _repository;
    private readonly string _folder;
    private readonly RunningTarget _upstream;
    private readonly List<Target> _targets = [];
    private readonly Dictionary<string, RunningTarget> _running = [];
    private int _folders;

    internal Rig(RunOptions options, string repository, string folder)
    {
        _options = options;
        _repository = repository;
        _folder = folder;
        _upstream = DirectTarget.StartUpstream(NewFolder("upstream"));
        if (options.Targets.Contains("nginx")) _targets.Add(NginxTarget.Target);
        if (options.Targets.Contains("yarp")) _targets.Add(YarpTarget.Target(Assembly("bench/BareYarp", "BareYarp")));
        if (options.Targets.Contains("sluice")) _targets.Add(SluiceTarget.Target(SluiceAssembly));
    }

    internal List<Sample> Samples { get; } = [];

    /// <summary>Resident memory of each target in MiB after all load workloads.</summary>
    internal Dictionary<string, double> AfterLoadMiB { get; } = [];

    /// <summary>What went wrong, in sentences for the report.</summary>
    internal List<string> Troubles { get; } = [];

    private string SluiceAssembly => Assembly("src/Sluice.Server", "Sluice.Server");

    internal void Run()
    {
        string[] loads = [.. _options.Workloads.Where(w => w is not ("idle" or "start"))];
        if (loads.Length > 0) RunLoads(loads);
        if (_options.Workloads.Contains("idle")) RunFresh("idle", Math.Min(3, _options.Rounds), MeasureIdleStreams);
        if (_options.Workloads.Contains("start")) RunFresh("start", _options.Rounds, MeasureStart);
    }

    private void RunLoads(string[] workloads)
    {
        if (_options.Targets.Contains("direct")) _running[DirectTarget.Name] = _upstream;
        foreach (var target in _targets)
        {
            Say($"starting {target.Name}");
            Attempt(target.Name, "starting", () => _running[target.Name] = target.Start(NewFolder(target.Name), _upstream.Endpoint.Port));
        }

        foreach (var workload in workloads)
        {
            foreach (var (name, target) in _running)
            {
                Say($"{workload}: warming {name}");
                Attempt(name, workload, () => WarmUp(workload, target, _targets.Any(t => t.Name == name && t.IsDotNet) ? _options.Warm : TimeSpan.FromSeconds(2)));
            }

            string[] names = [.. _running.Keys];
            for (var round = 1; round <= _options.Rounds; round++)
            {
                for (var i = 0; i < names.Length; i++)
                {
                    // Each round begins with another target, so that none has the best place every time.
                    var name = names[(i + round - 1) % names.Length];
                    Attempt(name, workload, () =>
                    {
                        var result = Measure(workload, _running[name]);
                        Samples.Add(new Sample(workload, name, round) { Load = result });
                        Say($"{workload} {round}/{_options.Rounds} {name}: {result.CpuMicrosecondsPerUnit:0.0} us CPU, {result.UnitsPerSecond:0}/s, p50 {result.P50Microseconds:0} us, p99 {result.P99Microseconds:0} us{(result.Failures > 0 ? $", {result.Failures} FAILED" : "")}");
                        if (result.Failures > 0) Troubles.Add($"{name}, {workload}, round {round}: {result.Failures} of {result.Units + result.Failures} failed.");
                    });
                }
            }
        }

        foreach (var (name, target) in _running)
        {
            if (target != _upstream) Attempt(name, "memory after load", () => AfterLoadMiB[name] = ProcessCost.ResidentKiB(target.Pids) / 1024.0);
        }

        foreach (var target in _running.Values.Where(t => t != _upstream)) target.Dispose();
        _running.Clear();
    }

    private void RunFresh(string workload, int rounds, Func<Target, Sample> measure)
    {
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var target in _targets)
            {
                Attempt(target.Name, workload, () =>
                {
                    var sample = measure(target) with { Round = round };
                    Samples.Add(sample);
                    Say($"{workload} {round}/{rounds} {target.Name}: {(sample.KiBPerStream is { } kib ? $"{kib:0.0} KiB per stream" : $"first {sample.FirstStartMs:0} ms ({sample.FirstStartCpuMs:0} ms CPU), second {sample.SecondStartMs:0} ms, at rest {sample.RestingMiB:0} MiB")}");
                });
            }
        }
    }

    private static void WarmUp(string workload, RunningTarget target, TimeSpan time)
    {
        if (workload != "streams")
        {
            WrkLoad.Run(target.Endpoint, workload == "large" ? "j10240" : "j1024", time, target.Pids);
            return;
        }

        using var streams = new StreamLoad(target.Endpoint, $"s{ChunkIntervalMs}", 500, target.Pids);
        streams.Open();
        streams.Hold(time);
    }

    private LoadResult Measure(string workload, RunningTarget target)
    {
        switch (workload)
        {
            case "rate":
                using (var load = new FixedRateLoad(target.Endpoint, "j1024", _options.CallsPerSecond, target.Pids)) return load.Run(_options.Settle, _options.Measured);
            case "streams":
                using (var streams = new StreamLoad(target.Endpoint, $"s{ChunkIntervalMs}", _options.Streams, target.Pids))
                {
                    streams.Open();
                    streams.Hold(_options.Settle);
                    return streams.Measure(_options.Measured, _options.Streams * 1000 / ChunkIntervalMs);
                }

            default:
                var script = workload == "large" ? "j10240" : "j1024";
                WrkLoad.Run(target.Endpoint, script, _options.Settle, target.Pids);
                return WrkLoad.Run(target.Endpoint, script, _options.Measured, target.Pids);
        }
    }

    private Sample MeasureIdleStreams(Target target)
    {
        using var running = target.Start(NewFolder(target.Name), _upstream.Endpoint.Port);
        // What a process loads and compiles for its first streams is not the price of a stream.
        using (var few = new StreamLoad(running.Endpoint, "s100", 50, running.Pids))
        {
            few.Open();
            few.Hold(TimeSpan.FromSeconds(2));
        }

        Thread.Sleep(1000);
        var before = ProcessCost.ResidentKiB(running.Pids);
        using var streams = new StreamLoad(running.Endpoint, "s0", _options.IdleStreams, running.Pids);
        streams.Open();
        streams.Hold(TimeSpan.FromSeconds(_options.Quick ? 3 : 8));
        return new Sample("idle", target.Name, 0) { KiBPerStream = (ProcessCost.ResidentKiB(running.Pids) - before) / (double)_options.IdleStreams };
    }

    private Sample MeasureStart(Target target)
    {
        var folder = NewFolder(target.Name);
        double first, firstCpu;
        RunningTarget second;
        if (target.Name == SluiceTarget.Name) (first, firstCpu, second) = SluiceTarget.StartTwice(SluiceAssembly, folder, _upstream.Endpoint.Port);
        else
        {
            using (var once = target.Start(folder, _upstream.Endpoint.Port)) (first, firstCpu) = (once.FirstAnswerMs, once.FirstAnswerCpuMs);
            second = target.Start(folder, _upstream.Endpoint.Port);
        }

        using (second)
        {
            Thread.Sleep(2000);
            return new Sample("start", target.Name, 0) { FirstStartMs = first, FirstStartCpuMs = firstCpu, SecondStartMs = second.FirstAnswerMs, RestingMiB = ProcessCost.ResidentKiB(second.Pids) / 1024.0 };
        }
    }

    private void Attempt(string target, string what, Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or IOException or System.Net.Sockets.SocketException or HttpRequestException)
        {
            var message = e.Message.Replace(_folder, "<temp>", StringComparison.Ordinal).Replace(_repository, "<repo>", StringComparison.Ordinal);
            Troubles.Add($"{target}, {what}: {message}");
            Say($"{target}, {what}: FAILED: {message}");
        }
    }

    private string Assembly(string project, string name) => Path.Combine(_repository, project, "bin", "Release", "net10.0", name + ".dll");

    private string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, $"{++_folders}-{name}")).FullName;

    private static void Say(string line) => Console.Error.WriteLine(line);
}
