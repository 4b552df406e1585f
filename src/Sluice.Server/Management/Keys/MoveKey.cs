using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Playground;

namespace Sluice.Server.Management.Keys;

internal static class MoveKey
{
    public static readonly Operation Operation = new()
    {
        Name = "moveKey",
        Method = "POST",
        Path = "/keys/{id}/move",
        Permission = Permissions.KeysWrite,
        Summary = "Move a key to another project",
        Description = "Needs the permission in both projects, and an owner with a role in the new one. Calls that were made before stay with the old project.",
        Body = typeof(MoveKeyBody),
        BodyExample = """{"projectId":"prj_01kcavh3zqf1t9y2s5v8a3b4c5"}""",
        Answer = typeof(KeyAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var projectId = call.Body.Text("projectId", 64, required: true);
        var key = await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken);
        if (key is null)
            return Outcome.NotFound;
        if (call.Refused() is { } refusal)
            return refusal;
        if (key.RevokedAtMs is not null)
            return UpdateKey.RevokedKey;
        if (key.ProjectId == projectId)
            return call.AsItWas(await KeyView.OfAsync(call, key, withUsage: false));
        if (!await call.Data.Projects.AnyAsync(p => p.Id == projectId, call.CancellationToken))
            return Refusal.Of([new("projectId", ErrorCodes.InvalidValue, "'projectId' is not the id of a project.")])!;

        var from = key.ProjectId;
        key.ProjectId = projectId!;
        var parts = await KeyParts.OfAsync(call, key);
        if (parts.Owner is { } owner && !owner.HasStandingIn(key.ProjectId))
            return new Refusal(ErrorCodes.Conflict, "The key's owner has no role in that project. Give the key another owner first, or the owner a role there.");
        if (KeyOwnership.RefuseHolding(call, key, parts.Owner) is { } notTheirs)
            return notTheirs;
        await PlaygroundTokens.EndOfKeyAsync(call, key.Id, exceptMadeBy: key.OwnerId);
        key.UpdatedAtMs = call.Touch(key.UpdatedAtMs);
        call.Audit("key.move", key.Id, ("projectId", key.ProjectId), ("from", from));
        call.KeyChanged(key.Id);
        return new Answer(KeyView.Of(key, parts, call.NowMs), Version: key.UpdatedAtMs);
    }
}
