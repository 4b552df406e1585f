using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

internal static class CreateKey
{
    public static readonly Operation Operation = new()
    {
        Name = "createKey",
        Method = "POST",
        Path = "/keys",
        Permission = Permissions.KeysWrite,
        Summary = "Create a key",
        Description = "The answer carries the secret as `key`, this once. A production key expires after 90 days unless `expiresAt` says otherwise (`null`: never), and needs "
            + "a caller whose e-mail address and telephone number are verified. Limits that are left out are those of the organisation's tier; above the tier's ceilings they are refused. "
            + "The key belongs to the person who calls unless `ownerId` says otherwise, and can do no more than its owner may do at the time of a call.",
        Body = typeof(KeyBody),
        BodyExample = """
            {"name":"Website","kind":"test","allowedNetworks":["203.0.113.0/24"],"scope":{"routes":["POST /v1/chat/completions"],"models":["deepseek-*"]},"limits":{"callsPerDay":500,"requestsPerMinute":60},"tags":["website"],"priority":"standard"}
            """,
        Answer = typeof(KeyAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var kind = call.Body.OneOf("kind", [KeyKinds.Test, KeyKinds.Production], required: true);
        var fields = new KeyFields(call, kind, isNew: true);
        var projectId = call.Body.Text("projectId", 64);
        var ownerId = NewKey.OwnerAsked(call);
        var requireSigning = call.Body.Flag("requireSigning") ?? false;
        if (requireSigning && kind is KeyKinds.Test)
            call.Body.Refuse("requireSigning", ErrorCodes.InvalidValue, "'requireSigning' is for production keys only.");
        if (call.Refused() is { } refusal)
            return refusal;

        // A project of somebody else's is as good as none: both are told the same.
        var project = await call.Data.Projects.AsNoTracking()
            .Where(p => projectId == null || p.Id == projectId)
            .OrderBy(p => p.CreatedAtMs).ThenBy(p => p.Id)
            .FirstOrDefaultAsync(call.CancellationToken);
        if (project is null && projectId is null)
            return new Refusal(ErrorCodes.Conflict, "The organisation has no project for the key; create one first.");
        if (project is null)
            return Refusal.Of([new("projectId", ErrorCodes.InvalidValue, "'projectId' is not the id of a project.")])!;
        return await NewKey.MakeAsync(call, kind!, project.Id, fields, ownerId, requireSigning);
    }
}
