using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.AuditLog;

internal static class ExportAuditLog
{
    private const string Csv = "csv";
    private const string JsonLines = "jsonl";

    public static readonly Operation Operation = new()
    {
        Name = "exportAuditLog",
        Method = "GET",
        Path = "/audit/export",
        Permission = Permissions.AuditRead,
        Summary = "Export administrative acts, oldest first",
        Description = "Streams the log in the order of its chain, up to the moment of the call, and writes an entry about the export itself. `csv` is RFC 4180 in UTF-8 with a byte order mark; "
            + "a field that a spreadsheet would take for a formula begins with an apostrophe. `jsonl` has one entry of the list operation a line, and is exact.",
        Query =
        [
            new("format", "`jsonl` where left out.", Csv, JsonLines),
            new("from", "Acts at this RFC 3339 instant or later."),
            new("to", "Acts before this RFC 3339 instant."),
        ],
        Streams = ["text/csv", "application/jsonl"],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var format = call.Query.OneOf("format", Csv, JsonLines) ?? JsonLines;
        var (fromMs, toMs) = AuditFilter.Span(call.Query);
        if (call.Refused() is { } refusal)
            return refusal;

        var organisationId = call.Caller.OrganisationId;
        var last = await AuditFilter.LastAsync(call);
        call.Audit("audit.export", organisationId, ("format", format), ("fromMs", fromMs), ("toMs", toMs), ("lastSeq", last));
        var export = call.Tools.AuditExport;
        return new Answer(null)
        {
            Streamed = format == Csv
                ? new StreamedBody("text/csv; charset=utf-8; header=present", "audit.csv", (body, token) => export.WriteCsvAsync(body, organisationId, last, fromMs, toMs, token))
                : new StreamedBody("application/jsonl; charset=utf-8", "audit.jsonl", (body, token) => export.WriteJsonLinesAsync(body, organisationId, last, fromMs, toMs, token)),
        };
    }
}
