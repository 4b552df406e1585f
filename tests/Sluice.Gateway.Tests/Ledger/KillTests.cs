using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Tests.Ledger;

public sealed class KillTests : IDisposable
{
    private const int Kills = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Of_a_process_killed_at_any_instant_no_reserved_call_is_missing_and_none_is_kept_twice()
    {
        var stop = TestContext.Current.CancellationToken;
        var reserved = new HashSet<string>();
        var settled = new Dictionary<string, long>();
        var random = new Random(11);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start();
            // From its first promise on, so that the kill falls into the work and not into the start of the runtime.
            var lines = random.Next(1, 1500);
            while (lines-- > 0 && await process.StandardOutput.ReadLineAsync(stop) is { } line) Note(line);
            process.Kill();
            await foreach (var line in ReadRest(process)) Note(line);
            await process.WaitForExitAsync(stop);
            process.ExitCode.ShouldNotBe(3);
        }

        using var store = new FileRecordStore(Path.Combine(_folder, "store"));
        await using (var ledger = new CallLedger(KilledProcess.Options(_folder), store, TimeProvider.System, NullLogger<CallLedger>.Instance))
        {
            await ledger.StartAsync(stop);
        }
        reserved.Count.ShouldBeGreaterThan(Kills);
        store.Open.ShouldBeEmpty();
        var records = store.Records;
        reserved.Where(id => !records.ContainsKey(id)).ShouldBeEmpty();
        foreach (var (id, tokens) in settled)
        {
            records[id].State.ShouldBe(CallState.Settled);
            records[id].CompletionTokens.ShouldBe(tokens);
        }
        foreach (var record in records.Values.Where(r => r.State != CallState.Settled)) record.ErrorCode.ShouldBe("interrupted");
        store.ShouldHoldCountsOfItsRecords();

        void Note(string line)
        {
            // The kill may cut the last line short.
            var parts = line.Split(' ');
            if (parts.Length < 2 || parts[1].Length != RequestIds.Length) return;
            if (parts[0] == "R") reserved.Add(parts[1]);
            if (parts is ["S", _, _, "."]) settled[parts[1]] = long.Parse(parts[2], CultureInfo.InvariantCulture);
        }
    }

    private static async IAsyncEnumerable<string> ReadRest(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line) yield return line;
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(KillTests).Assembly.Location);
        start.Environment[KilledProcess.Variable] = _folder;
        return Process.Start(start)!;
    }
}
