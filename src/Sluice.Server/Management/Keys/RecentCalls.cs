using Sluice.Gateway.Records;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.Keys;

/// <summary>The newest calls of a key, a bounded number of them.</summary>
/// <param name="Records">Newest first.</param>
/// <param name="All">Whether these are all of the time that was asked for.</param>
internal sealed record RecentCalls(IReadOnlyList<RequestRecord> Records, bool All)
{
    public static async ValueTask<RecentCalls> OfAsync(OperationCall call, string keyId, TimeSpan back, int countMax)
    {
        var filter = new RecordFilter { OrganisationId = call.Caller.OrganisationId, KeyId = keyId, FromMs = (call.Now - back).ToUnixTimeMilliseconds() };
        var records = new List<RequestRecord>();
        string? cursor = null;
        do
        {
            var page = await call.Tools.Records.ListAsync(filter, cursor, Math.Min(RecordReader.LimitMax, countMax - records.Count), call.CancellationToken);
            records.AddRange(page.Records);
            cursor = page.NextCursor;
        }
        while (cursor is not null && records.Count < countMax);
        return new RecentCalls(records, cursor is null);
    }
}
