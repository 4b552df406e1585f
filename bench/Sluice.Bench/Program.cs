using System.Globalization;
using System.Runtime.InteropServices;
using Sluice.Bench.Linux;
using Sluice.Bench.Load;
using Sluice.Bench.Run;
using Sluice.Bench.Targets;
using Sluice.Bench.Upstream;

// Modes: run (the whole benchmark; bench/run calls it), upstream (the stand-in), load and streams (one generator against any port).
return args switch
{
    ["run", "--repository", var repository, .. var rest] => RunBenchmark(repository, rest),
    ["upstream", "--port", var port] => RunUpstream(int.Parse(port, CultureInfo.InvariantCulture)),
    ["load", .. var rest] => RunLoad(rest),
    ["streams", .. var rest] => RunStreams(rest),
    _ => Explain(),
};

static int Explain()
{
    Console.Error.WriteLine("""
        Sluice.Bench run --repository FOLDER [options]               the whole benchmark; use bench/run, which builds first
        Sluice.Bench upstream --port PORT                            the stand-in upstream, until its standard input ends
        Sluice.Bench load PORT KEY CALLS_PER_SECOND SECONDS [PID]    calls at a fixed rate
        Sluice.Bench streams PORT KEY STREAMS SECONDS [PID]          open streams, a chunk each 100 ms
        """);
    return 2;
}

static int RunBenchmark(string repository, string[] rest)
{
    RunOptions options;
    try
    {
        options = RunOptions.Parse(rest);
    }
    catch (ArgumentException e)
    {
        Console.Error.WriteLine("bench/run: " + e.Message);
        return 2;
    }

    var folder = Directory.CreateTempSubdirectory("sluice-bench-");
    void EndEarly(PosixSignalContext signal)
    {
        ChildProcess.EndAll();
        folder.Delete(recursive: true);
    }

    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndEarly);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndEarly);
    var loadBefore = MachineFacts.LoadAverage();
    var (stolenBefore, allBefore) = MachineFacts.Ticks();
    Rig rig;
    try
    {
        rig = new Rig(options, repository, folder.FullName);
        rig.Run();
    }
    finally
    {
        ChildProcess.EndAll();
        folder.Delete(recursive: true);
    }

    var (stolenAfter, allAfter) = MachineFacts.Ticks();
    var date = TimeProvider.System.GetLocalNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    var report = new Report(options, rig.Samples, rig.AfterLoadMiB, rig.Troubles)
        .Write(date, MachineFacts.Describe(repository), loadBefore, 100.0 * (stolenAfter - stolenBefore) / Math.Max(1, allAfter - allBefore));
    Console.Out.Write(report);
    var file = options.Out ?? (options.IsWhole ? FreeName(Path.Combine(repository, "bench", "results", date)) : null);
    if (options.Write && file is not null)
    {
        File.WriteAllText(file, report);
        Console.Error.WriteLine($"written to {file}");
    }

    return 0;
}

static string FreeName(string stem)
{
    if (!File.Exists(stem + ".md")) return stem + ".md";
    var number = 2;
    while (File.Exists($"{stem}-{number}.md")) number++;
    return $"{stem}-{number}.md";
}

static int RunUpstream(int port)
{
    using var server = new UpstreamServer(port);
    Console.Out.WriteLine($"listening on 127.0.0.1:{server.Port}");
    // Standard input ends when whoever started this process does, however it ends.
    new Thread(() =>
    {
        while (Console.In.Read() >= 0) { }
        Environment.Exit(0);
    })
    { IsBackground = true }.Start();
    server.Run();
    return 0;
}

static int RunLoad(string[] rest)
{
    if (rest.Length < 4) return Explain();
    int[] pids = rest.Length > 4 ? ProcessCost.WithChildren(Number(rest[4])) : [];
    using var load = new FixedRateLoad(new Endpoint(Number(rest[0]), rest[1]), "j1024", Number(rest[2]), pids);
    Console.Out.WriteLine(load.Run(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(Number(rest[3]))));
    return 0;
}

static int RunStreams(string[] rest)
{
    if (rest.Length < 4) return Explain();
    int[] pids = rest.Length > 4 ? ProcessCost.WithChildren(Number(rest[4])) : [];
    using var streams = new StreamLoad(new Endpoint(Number(rest[0]), rest[1]), "s100", Number(rest[2]), pids);
    streams.Open();
    streams.Hold(TimeSpan.FromSeconds(1));
    Console.Out.WriteLine(streams.Measure(TimeSpan.FromSeconds(Number(rest[3])), Number(rest[2]) * 10));
    return 0;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
