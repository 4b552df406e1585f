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
        Description = "A search for something rare looks at a bounded number of calls at a time: a page may hold fewer than `limit`, or none, and still have a `nextCursor`. "
            + "How far back and in which projects calls are seen is said by the roles of the caller (`logs.read`); `window` says what that is, and what of the question it cut off.",
        Query =
        [
            .. PageQuery.Parameters,
            new("projectId", "Calls with keys of this project only."),
            new("keyId", "Calls with this key only."),
            new("status", "Calls answered with this HTTP status only, 100–599."),
            new("statusClass", "Calls answered with a status of this class only.", "2xx", "4xx", "5xx"),
            new("endpoint", "Calls of this endpoint only, such as `POST /v1/chat/completions`."),
            new("errorCode", "Calls that were refused or failed with this code only."),
            new("model", "Calls that asked for or used this model only; its whole name."),
            new("from", "Calls begun at this RFC 3339 instant or later."),
            new("to", "Calls begun before this RFC 3339 instant."),
        ],
        Answer = typeof(RequestPage),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Request, place));
        var projectId = call.Query.Text("projectId", 64);
        var statusClass = call.Query.OneOf("statusClass", "2xx", "4xx", "5xx");
        var reach = new LogReach(call, projectId);
        var filter = new RecordFilter
        {
            OrganisationId = call.Caller.OrganisationId,
            ProjectId = projectId,
            StatusMin = statusClass is null ? null : (statusClass[0] - '0') * 100,
            StatusMax = statusClass is null ? null : ((statusClass[0] - '0') * 100) + 99,
            Endpoint = call.Query.Text("endpoint", 100),
            ErrorCode = call.Query.Text("errorCode", 100),
            Windows = reach.Windows,
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

        // Days that nothing can be seen of are not looked at.
        var bounded = reach.EarliestMs is { } earliest && !(filter.FromMs >= earliest) ? filter with { FromMs = earliest } : filter;
        var found = await call.Tools.Records.ListAsync(bounded, page.After, page.Limit, call.CancellationToken);
        return new Answer(new RequestPage
        {
            Data = [.. found.Records.Select(record => RequestView.Of(record, call.Tools.StagesOf(record.Endpoint)))],
            NextCursor = found.NextCursor is { } next ? PageQuery.Cursor(next) : null,
            Window = reach.Answer(filter.FromMs),
        });
    }
}
