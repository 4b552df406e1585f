using System.Globalization;

namespace Sluice.Bench.Run;

/// <summary>What a run does and for how long.</summary>
internal sealed record RunOptions
{
    internal static readonly string[] AllWorkloads = ["flat", "rate", "large", "streams", "idle", "start"];
    internal static readonly string[] AllTargets = ["direct", "nginx", "yarp", "sluice"];

    internal const string Usage = """
        usage: bench/run [options]

        Does the same work directly, through nginx, through a bare YARP host and through Sluice, in interleaved rounds,
        and prints a table. Takes about 20 minutes with the defaults; load the machine with nothing else meanwhile.

          --quick             one short round of everything (about 3 minutes); for trying, not for publishing
          --only LIST         workloads, by comma: flat,rate,large,streams,idle,start
          --targets LIST      by comma: direct,nginx,yarp,sluice
          --rounds N          rounds of each workload, 1 to 50 (default 5)
          --seconds N         measured seconds per round and target, 2 to 600 (default 6)
          --warm N            unmeasured seconds before the first round of a .NET target, 1 to 600 (default 12)
          --streams N         open streams of the workload "streams", 10 to 9000 (default 1000)
          --idle-streams N    open streams of the workload "idle", 10 to 9000 (default 5000)
          --out FILE          write the report there; a full run writes bench/results/<date>.md by itself
          --no-write          print only
          --help              this text

        Workloads
          flat      non-streamed chat, 1 KB answers, 64 keep-alive connections, as fast as they are answered
          rate      the same at a fixed 1,000 calls a second (open loop)
          large     as flat with 10 KB answers
          streams   1,000 open streams, a chunk each 100 ms
          idle      5,000 open silent streams: memory of each
          start     from starting the process to the first answered call; memory at rest
        """;

    internal IReadOnlyList<string> Workloads { get; init; } = AllWorkloads;

    internal IReadOnlyList<string> Targets { get; init; } = AllTargets;

    internal int Rounds { get; init; } = 5;

    internal TimeSpan Measured { get; init; } = TimeSpan.FromSeconds(6);

    internal TimeSpan Warm { get; init; } = TimeSpan.FromSeconds(12);

    internal TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(1);

    internal int Streams { get; init; } = 1000;

    internal int IdleStreams { get; init; } = 5000;

    internal int CallsPerSecond { get; init; } = 1000;

    internal bool Quick { get; init; }

    internal bool Write { get; init; } = true;

    internal string? Out { get; init; }

    /// <summary>Whether the figures may be published: everything measured, and often enough for a median.</summary>
    internal bool IsWhole => !Quick && Rounds >= 3 && Workloads.Count == AllWorkloads.Length && Targets.Count == AllTargets.Length;

    /// <summary>Reads the command line; an <see cref="ArgumentException"/> names what is wrong.</summary>
    internal static RunOptions Parse(string[] args)
    {
        var options = new RunOptions();
        // --quick first, so that explicit figures win wherever they stand.
        if (args.Contains("--quick")) options = options with { Quick = true, Rounds = 1, Measured = TimeSpan.FromSeconds(3), Warm = TimeSpan.FromSeconds(4) };
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--quick" => options,
                "--only" => options with { Workloads = List(Value(args, ref i), AllWorkloads, "--only") },
                "--targets" => options with { Targets = List(Value(args, ref i), AllTargets, "--targets") },
                "--rounds" => options with { Rounds = Number(args, ref i, 1, 50) },
                "--seconds" => options with { Measured = TimeSpan.FromSeconds(Number(args, ref i, 2, 600)) },
                "--warm" => options with { Warm = TimeSpan.FromSeconds(Number(args, ref i, 1, 600)) },
                "--streams" => options with { Streams = Number(args, ref i, 10, 9000) },
                "--idle-streams" => options with { IdleStreams = Number(args, ref i, 10, 9000) },
                "--out" => options with { Out = Value(args, ref i) },
                "--no-write" => options with { Write = false },
                _ => throw new ArgumentException($"'{args[i]}' is not an option; bench/run --help lists them"),
            };
        }

        return options;
    }

    private static string Value(string[] args, ref int i) =>
        i + 1 < args.Length ? args[++i] : throw new ArgumentException($"{args[i]} needs a value");

    private static int Number(string[] args, ref int i, int min, int max)
    {
        var name = args[i];
        return int.TryParse(Value(args, ref i), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new ArgumentException($"{name} takes a number from {min} to {max}, not '{args[i]}'");
    }

    private static string[] List(string value, string[] known, string option)
    {
        var names = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var unknown = names.FirstOrDefault(n => !known.Contains(n));
        if (unknown is not null || names.Length == 0) throw new ArgumentException($"{option} takes {string.Join(',', known)}, not '{value}'");
        return [.. known.Where(k => names.Contains(k))];
    }
}
