using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
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
        Description = "The id is the `x-request-id` of its answer. A call is found a moment after it ended. Calls that the caller's `logs.read` does not reach (another project, too many days ago) are not found.",
        Answer = typeof(RequestAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var reach = new LogReach(call);
        // What cannot be an id is not looked for: that would mean looking everywhere.
        return ObjectId.Fits(ObjectId.Request, call.Id)
            && await call.Tools.Records.GetAsync(call.Caller.OrganisationId, call.Id, call.CancellationToken) is { } record
            && reach.Holds(record)
            ? new Answer(await NamedAsync(call, RequestView.Of(record, call.Tools.StagesOf(record.Endpoint))))
            : NotFound(reach);
    }

    private static async Task<RequestAnswer> NamedAsync(OperationCall call, RequestAnswer request) => request with
    {
        KeyName = await call.Data.Keys.Where(k => k.Id == request.KeyId).Select(k => k.Name).SingleOrDefaultAsync(call.CancellationToken),
        ProjectName = await call.Data.Projects.Where(p => p.Id == request.ProjectId).Select(p => p.Name).SingleOrDefaultAsync(call.CancellationToken),
    };

    // The same for every id, so it tells nothing about this one.
    private static Outcome NotFound(LogReach reach) => reach.Days is { } days
        ? new Refusal(ErrorCodes.NotFound, $"No call with this id exists, or it is not among those that the caller sees: the last {days} {(days == 1 ? "day" : "days")} at most.")
        : Outcome.NotFound;
}
