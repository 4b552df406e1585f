using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Bench.Linux;
using Sluice.Gateway.Keys;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;

namespace ManyKeys;

/// <summary>The key table alone, in this process: how long it takes to fill, what it weighs, what a look-up costs.</summary>
internal static class MeasureTable
{
    private const int Rounds = 2_000_000;

    internal static async Task<IReadOnlyList<string>> RunAsync(Seeded seeded)
    {
        Console.Error.WriteLine("the table alone");
        await using var database = SluiceDatabase.Open(StorageOptions.Sqlite(seeded.Database), TimeProvider.System);
        await database.PrepareAsync(CancellationToken.None);
        var sealer = new SecretSealer(KeyMaterial.Load(seeded.KeyFolder, databaseNeedsKeys: true));
        using var table = new KeyTable(new KeyDirectory(database, sealer, TimeProvider.System, NullLogger<KeyDirectory>.Instance));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (began, cpu) = (Stopwatch.GetTimestamp(), ProcessCost.CpuNanoseconds([Environment.ProcessId]));
        await table.LoadAllAsync(CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began);
        cpu = ProcessCost.CpuNanoseconds([Environment.ProcessId]) - cpu;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;

        var known = seeded.Texts.Select(PublicId).ToArray();
        var unknown = known.Select(k => PublicId(KeyText.Create(KeyPurpose.Live, out var _).Reveal())).ToArray();
        var mistyped = seeded.Texts.Select(t => t[..^1] + (t[^1] == 'a' ? 'b' : 'a')).ToArray();
        return
        [
            Row("all keys read into the table", "{0:0.0} s", took.TotalSeconds),
            Row("… CPU", "{0:0.0} s", cpu / 1e9),
            Row("heap for each key", "{0:0} bytes", (double)bytes / table.Count),
            Row("a known key is found in the table", "{0:0} ns", Time(known, id => table.TryFind(id, out _, out _))),
            Row("an unknown key is not found", "{0:0} ns", Time(unknown, id => !table.TryFind(id, out _, out _))),
            Row("a mistyped key is refused by its checksum", "{0:0} ns", Time(mistyped, text => !KeyText.TryParse(text, out _, out _))),
        ];
    }

    internal static string Row(string what, string format, double value) => $"| {what} | {string.Format(CultureInfo.InvariantCulture, format, value)} |";

    private static string PublicId(string text) => KeyText.TryParse(text, out _, out var id) ? id.ToString() : throw new InvalidOperationException("That is no key.");

    private static double Time(string[] of, Func<string, bool> holds)
    {
        for (var i = 0; i < of.Length; i++)
            if (!holds(of[i])) throw new InvalidOperationException("The table does not hold what was put there.");
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < Rounds; i++) holds(of[i % of.Length]);
        return Stopwatch.GetElapsedTime(began).TotalNanoseconds / Rounds;
    }
}
