using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Tests.Ledger;

/// <summary>
/// The process that the kill test kills: this test program itself, started with a variable that names a folder. It calls without end and says on its
/// standard output what it was promised: <c>R id</c> after a reservation, <c>S id tokens .</c> after a settlement.
/// </summary>
internal static class KilledProcess
{
    public const string Variable = "SLUICE_KILLED_PROCESS_FOLDER";

    /// <summary>The folder to work in, if this is such a process.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable(Variable);

    public static LedgerOptions Options(string folder) => new()
    {
        Folder = Path.Combine(folder, "journal"),
        SegmentBytes = 64 * 1024,
        DrainInterval = TimeSpan.FromMilliseconds(3),
        FlushInterval = TimeSpan.FromMilliseconds(5),
        BatchEntriesMax = 50,
    };

    public static async Task<int> RunAsync(string folder)
    {
        using var store = new FileRecordStore(Path.Combine(folder, "store"));
        var ledger = new CallLedger(Options(folder), store, TimeProvider.System, NullLogger<CallLedger>.Instance);
        await ledger.StartAsync();
        using var promises = Console.OpenStandardOutput();
        var ids = new RequestIds(TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var intent = new CallIntent
                {
                    RequestId = ids.Next(), StartedAtMs = i, OrganisationId = "org_1", ProjectId = "prj_1", KeyId = $"key_{caller}", Day = 739_000,
                    Endpoint = "POST /v1/chat/completions", Stream = false, ModelAsked = "m", ClientIp = null, PromptTokensEstimate = i,
                };
                await ledger.ReserveAsync(intent);
                Say($"R {intent.RequestId}\n");
                await Task.Yield();
                if (i % 10 == 9) await Task.Delay(2);
                if (i % 50 == 49) continue;
                ledger.Settle(LedgerBed.Settled(intent, i));
                Say($"S {intent.RequestId} {i} .\n");
            }
        })));
        return 3;

        void Say(string line)
        {
            var bytes = System.Text.Encoding.ASCII.GetBytes(line);
            lock (promises) promises.Write(bytes);
        }
    }
}
