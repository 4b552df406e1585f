using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.RequestLog;

internal static class FollowRequests
{
    public static readonly Operation Operation = new()
    {
        Name = "followRequests",
        Method = "GET",
        Path = "/requests/live",
        Permission = Permissions.LogsRead,
        Summary = "Follow calls of the gateway as they end",
        Description = "Server-sent events: `event: request` with the id of the call and, as JSON, what the operation `getRequest` answers; `event: skipped` where there were more than could be sent; `event: end` with a reason "
            + "before the stream ends because the caller may no longer read. A comment comes every 15 seconds. Calls come about a second after they ended, and may come twice; one that ran for more than 5 minutes on another node is only in the list. "
            + "A caller may follow 4 times at once. When this node stops, the stream ends: begin again with `after`.",
        Query =
        [
            .. RequestFilter.Parameters,
            new("after", "A request id: calls that began later and ended already come first, at most 1,000. Only calls that end from now on where left out."),
        ],
        Streams = ["text/event-stream"],
        Live = true,
        Run = RunAsync,
    };

    private static ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (filter, _) = RequestFilter.Read(call);
        var after = call.Query.Text("after", 64);
        if (after is not null && !ObjectId.Fits(ObjectId.Request, after))
            call.Query.Refuse("after", "'after' must be the id of a request, such as 'req_…'.");
        if (call.Refused() is { } refusal)
            return ValueTask.FromResult<Outcome>(refusal);
        var stream = new LiveRequests(call, filter, after);
        return ValueTask.FromResult<Outcome>(new Answer(null) { Streamed = new StreamedBody("text/event-stream; charset=utf-8", "", stream.WriteAsync) });
    }
}
