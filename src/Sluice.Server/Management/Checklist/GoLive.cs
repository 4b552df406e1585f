using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Checklist;

internal static class GoLive
{
    public static readonly Operation Operation = new()
    {
        Name = "goLive",
        Method = "POST",
        Path = "/projects/{id}/go-live",
        Permission = Permissions.KeysWrite,
        Summary = "Create the production key of a project, like its test key",
        Description = "Scope, networks, tags and priority are those of the project's newest test key unless the body says otherwise; limits and expiry are the defaults of a production key. "
            + "Refused while a required item of the checklist is open. The answer carries the secret as `key`, this once.",
        Body = typeof(GoLiveBody),
        BodyExample = """{"keyName":"Website","allowedNetworks":["203.0.113.0/24"],"expiresAt":"2030-06-30T00:00:00Z"}""",
        Answer = typeof(KeyAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        // Thousands of records may be read for it: not while other writes wait.
        Prepare = static async call =>
        {
            call.Prepared = await ProductionChecklist.TrafficAsync(call, call.Id);
            return null;
        },
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var fields = new KeyFields(call, KeyKinds.Production, isNew: true, nameMember: "keyName");
        var requireSigning = call.Body.Flag("requireSigning") ?? false;
        if (!await call.Data.Projects.AnyAsync(p => p.Id == call.Id, call.CancellationToken))
            return Outcome.NotFound;
        if (call.Refused() is { } refusal)
            return refusal;

        var checklist = await ProductionChecklist.OfAsync(call, call.Id, (TestTraffic)call.Prepared!);
        if (checklist.Open is { Count: > 0 } open)
        {
            return new Refusal(ErrorCodes.Conflict, $"Before going live these must be done: {string.Join(", ", open.Select(i => i.Id))}.",
                [.. open.Select(i => new FieldRefusal(i.Id, ErrorCodes.Conflict, $"{i.Found} {i.ToDo}"))]);
        }

        var model = checklist.TestKey;
        var tags = model is null ? [] : await call.Data.KeyTags.Where(t => t.KeyId == model.Id).Select(t => t.Tag).ToListAsync(call.CancellationToken);
        return await NewKey.MakeAsync(call, KeyKinds.Production, call.Id, fields, call.Caller.AccountId, requireSigning, model, tags);
    }
}
