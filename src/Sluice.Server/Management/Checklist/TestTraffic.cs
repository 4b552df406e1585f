using Sluice.Gateway.Records;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Checklist;

/// <summary>What the test keys of a project did lately: the newest calls of the newest keys, a bounded number of both.</summary>
/// <param name="Calls">Calls that were let in; what a limit stopped says nothing of the application.</param>
/// <param name="Succeeded">Those of them that were answered without an error.</param>
internal sealed record TestTraffic(int Calls, int Succeeded, long PeakCallsPerDay, long PeakCallsPerMinute, long PeakTokensPerMinute)
{
    public const int Days = 7;
    public const int CallsMin = 10;
    public const int PercentMin = 95;
    private const int CallsPerKeyMax = 2_000;

    public int Percent => Calls == 0 ? 0 : (int)(100L * Succeeded / Calls);

    public bool IsEnough => Calls >= CallsMin && Percent >= PercentMin;

    public static async Task<TestTraffic> OfAsync(OperationCall call, IEnumerable<KeyRow> keys)
    {
        var records = new List<RequestRecord>();
        foreach (var key in keys)
            records.AddRange((await RecentCalls.OfAsync(call, key.Id, TimeSpan.FromDays(Days), CallsPerKeyMax)).Records);
        var let = records.Where(r => r.Status != StatusCodes.Status429TooManyRequests).ToList();
        return new TestTraffic(
            let.Count,
            let.Count(r => r.Status < StatusCodes.Status400BadRequest),
            Peak(records, static r => r.Day, static _ => 1),
            Peak(records, static r => r.StartedAtMs / 60_000, static _ => 1),
            Peak(records, static r => r.StartedAtMs / 60_000, static r => r.PromptTokens + r.CompletionTokens));
    }

    private static long Peak(IEnumerable<RequestRecord> records, Func<RequestRecord, long> span, Func<RequestRecord, long> weight) =>
        records.GroupBy(span).Select(g => g.Sum(weight)).DefaultIfEmpty(0).Max();
}
