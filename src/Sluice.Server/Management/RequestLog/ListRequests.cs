using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.RequestLog;

internal static class ListRequests
{
    public static readonly Operation Operation = new()
    {
        Name = "listRequests",
        Method = "GET",
        Path = "/requests",
        Permission = Permissions.LogsRead,
        Summary = "List calls of the gateway, newest first",
        Description = "A search for something rare looks at a bounded number of calls at a time: a page may hold fewer than `limit`, or none, and still have a `nextCursor`.",
        Query =
        [
            .. PageQuery.Parameters,
            new("projectId", "Calls with keys of this project only."),
            new("keyId", "Calls with this key only."),
            new("status", "Calls answered with this HTTP status only, 100–599."),
            new("model", "Calls that asked for or used this model only; its whole name."),
            new("from", "Calls begun at this RFC 3339 instant or later."),
            new("to", "Calls begun before this RFC 3339 instant."),
        ],
        Answer = typeof(Page<RequestAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Request, place));
        var filter = new RecordFilter
        {
            OrganisationId = call.Caller.OrganisationId,
            ProjectId = call.Query.Text("projectId", 64),
            KeyId = call.Query.Text("keyId", 64),
            Status = call.Query.Whole("status", 100, 599),
            Model = call.Query.Text("model", 128),
            FromMs = call.Query.Instant("from")?.ToUnixTimeMilliseconds(),
            ToMs = call.Query.Instant("to")?.ToUnixTimeMilliseconds(),
        };
        if (filter.FromMs > filter.ToMs)
            call.Query.Refuse("to", "'to' must not be before 'from'.");
        if (call.Refused() is { } refusal)
            return refusal;

        var found = await call.Tools.Records.ListAsync(filter, page.After, page.Limit, call.CancellationToken);
        return new Answer(new Page<RequestAnswer>
        {
            Data = [.. found.Records.Select(record => RequestView.Of(record, call.Tools.StagesOf(record.Endpoint)))],
            NextCursor = found.NextCursor is { } next ? PageQuery.Cursor(next) : null,
        });
    }
}
