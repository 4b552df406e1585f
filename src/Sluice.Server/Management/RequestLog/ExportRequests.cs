using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.RequestLog;

internal static class ExportRequests
{
    private const string Newest = "newest";
    private const string Oldest = "oldest";

    public static readonly Operation Operation = new()
    {
        Name = "exportRequests",
        Method = "GET",
        Path = "/requests/export",
        Permission = Permissions.LogsRead,
        Summary = "Export calls of the gateway as a table",
        Description = "Streams what the list operation would give page after page with the same filters, at most 100,000 calls, as CSV (RFC 4180, UTF-8 with a byte order mark); "
            + "a field that a spreadsheet would take for a formula begins with an apostrophe. Where there are more calls, the last line says so in `id`, and the rest is found by a span that ends there. "
            + "An entry about the export itself is written to the audit log.",
        Query =
        [
            .. RequestFilter.Parameters,
            new("from", "Calls begun at this RFC 3339 instant or later."),
            new("to", "Calls begun before this RFC 3339 instant."),
            new("order", "By when calls began; `newest` where left out.", Newest, Oldest),
        ],
        Streams = ["text/csv"],
        Writes = true,
        Run = RunAsync,
    };

    private static ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (asked, reach) = RequestFilter.Read(call);
        var filter = asked with { FromMs = call.Query.Instant("from")?.ToUnixTimeMilliseconds(), ToMs = call.Query.Instant("to")?.ToUnixTimeMilliseconds() };
        var oldestFirst = call.Query.OneOf("order", Newest, Oldest) is Oldest;
        if (filter.FromMs > filter.ToMs)
            call.Query.Refuse("to", "'to' must not be before 'from'.");
        if (call.Refused() is { } refusal)
            return ValueTask.FromResult<Outcome>(refusal);

        var bounded = reach.EarliestMs is { } earliest && !(filter.FromMs >= earliest) ? filter with { FromMs = earliest } : filter;
        call.Audit("requests.export", call.Caller.OrganisationId, ("fromMs", bounded.FromMs), ("toMs", bounded.ToMs));
        var table = new RequestTable(call.Tools.Records, bounded, oldestFirst);
        return ValueTask.FromResult<Outcome>(new Answer(null) { Streamed = new StreamedBody("text/csv; charset=utf-8; header=present", "requests.csv", table.WriteAsync) });
    }
}
