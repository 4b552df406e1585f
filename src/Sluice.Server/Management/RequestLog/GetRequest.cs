using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.RequestLog;

internal static class GetRequest
{
    public static readonly Operation Operation = new()
    {
        Name = "getRequest",
        Method = "GET",
        Path = "/requests/{id}",
        Permission = Permissions.LogsRead,
        Summary = "Get a call of the gateway",
        Description = "The id is the `x-request-id` of its answer. A call is found a moment after it ended.",
        Answer = typeof(RequestAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        // What cannot be an id is not looked for: that would mean looking everywhere.
        return ObjectId.Fits(ObjectId.Request, call.Id)
            && await call.Tools.Records.GetAsync(call.Caller.OrganisationId, call.Id, call.CancellationToken) is { } record
            ? new Answer(RequestView.Of(record, call.Tools.StagesOf(record.Endpoint)))
            : Outcome.NotFound;
    }
}
