using System.Globalization;
using ManyKeys;
using Sluice.Bench.Targets;

// What many keys cost: seeds a database with them, starts the server on it and calls it. bench/keys builds and runs this.
var keys = 1_000_000;
string? server = null, output = null, keep = null;
for (var i = 0; i + 1 < args.Length; i += 2)
{
    switch (args[i])
    {
        case "--server": server = args[i + 1]; break;
        case "--keys": keys = int.Parse(args[i + 1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture); break;
        case "--out": output = args[i + 1]; break;
        case "--folder": keep = args[i + 1]; break;
        default: return Explain();
    }
}

if (server is null || args.Length % 2 != 0 || keys < 1000) return Explain();
var folder = keep is null ? Directory.CreateTempSubdirectory("sluice-keys-") : Directory.CreateDirectory(keep);
try
{
    var report = new List<string>
    {
        string.Create(CultureInfo.InvariantCulture, $"# {keys:N0} keys in SQLite, {TimeProvider.System.GetLocalNow():yyyy-MM-dd}"),
        "",
        $"{Environment.ProcessorCount} cores, load average before the run {File.ReadAllText("/proc/loadavg").Split(' ')[0]}.",
        "",
        "| what | figure |",
        "| --- | --- |",
    };
    var seeded = await SeedKeys.RunAsync(server, folder.FullName, keys);
    report.AddRange(await MeasureTable.RunAsync(seeded));
    report.AddRange(await MeasureServer.RunAsync(server, folder.FullName, seeded));
    var text = string.Join('\n', report) + "\n";
    Console.Out.Write(text);
    if (output is not null) await File.WriteAllTextAsync(output, text);
    return 0;
}
finally
{
    ChildProcess.EndAll();
    if (keep is null) folder.Delete(recursive: true);
}

static int Explain()
{
    Console.Error.WriteLine("""
        bench/keys [--keys N] [--out FILE] [--folder FOLDER]
          --keys N         how many, 1,000,000 if left out; at least 1,000
          --out FILE       where the report goes besides the screen
          --folder FOLDER  where the database lies, kept afterwards and used again if it is there; a temporary one if left out
        """);
    return 2;
}
