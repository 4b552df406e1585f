using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

internal static class UpdateKey
{
    public static readonly Operation Operation = new()
    {
        Name = "updateKey",
        Method = "PATCH",
        Path = "/keys/{id}",
        Permission = Permissions.KeysWrite,
        Summary = "Change a key",
        Description = "Members left out stay as they are. Kind and project of a key cannot change. The change is in force on this node when the call returns.",
        Body = typeof(UpdateKeyBody),
        BodyExample = """{"name":"Website (EU)","limits":{"callsPerDay":1000}}""",
        Answer = typeof(KeyAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var key = await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken);
        if (key is null)
            return Outcome.NotFound;
        var fields = new KeyFields(call, key.Kind, isNew: false);
        if (call.Refused() is { } refusal)
            return refusal;
        if (key.RevokedAtMs is not null)
            return RevokedKey;
        if (call.OtherVersion(key.UpdatedAtMs) is { } other)
            return other;

        var changed = fields.ApplyTo(key);
        if (changed.Count == 0)
            return call.AsItWas(await KeyView.OfAsync(call, key, withUsage: false));
        key.UpdatedAtMs = call.Touch(key.UpdatedAtMs);
        call.Audit("key.update", key.Id, [.. changed]);
        call.KeyChanged(key.Id);
        return new Answer(await KeyView.OfAsync(call, key, withUsage: false), Version: key.UpdatedAtMs);
    }

    /// <summary>The answer to every change of a revoked key.</summary>
    public static Refusal RevokedKey { get; } = new(ErrorCodes.Conflict, "The key was revoked, which is for good. Create a new one.");
}
