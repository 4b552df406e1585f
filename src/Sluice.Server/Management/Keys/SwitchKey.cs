using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

/// <summary>Switches a key on or off; off, it is refused and can come back.</summary>
internal static class SwitchKey
{
    public static readonly Operation Enable = Make("enableKey", "enable", "Switch a key on", on: true);
    public static readonly Operation Disable = Make("disableKey", "disable", "Switch a key off", on: false);

    private static Operation Make(string name, string verb, string summary, bool on) => new()
    {
        Name = name,
        Method = "POST",
        Path = $"/keys/{{id}}/{verb}",
        Permission = Permissions.KeysWrite,
        Summary = summary,
        Description = "In force on this node when the call returns. Doing it again changes nothing.",
        Answer = typeof(KeyAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = call => RunAsync(call, verb, on),
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call, string verb, bool on)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var key = await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken);
        if (key is null)
            return Outcome.NotFound;
        if (key.RevokedAtMs is not null)
            return UpdateKey.RevokedKey;
        if (key.Enabled == on)
            return call.AsItWas(await KeyView.OfAsync(call, key, withUsage: false));

        key.Enabled = on;
        key.UpdatedAtMs = call.NowMs;
        call.Audit($"key.{verb}", key.Id);
        call.KeyChanged(key.Id);
        return new Answer(await KeyView.OfAsync(call, key, withUsage: false));
    }
}
