using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

/// <summary>Withdraws a key for good, by either of two spellings.</summary>
internal static class RevokeKey
{
    public static readonly Operation Post = Make("revokeKey", "POST", "/keys/{id}/revoke");
    public static readonly Operation Delete = Make("deleteKey", "DELETE", "/keys/{id}");

    private static Operation Make(string name, string method, string path) => new()
    {
        Name = name,
        Method = method,
        Path = path,
        Permission = Permissions.KeysWrite,
        Summary = "Revoke a key for good",
        Description = "Refused on this node when the call returns, and on every other within a second. The key stays listed as revoked. Doing it again changes nothing.",
        Answer = typeof(KeyAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var key = await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken);
        if (key is null)
            return Outcome.NotFound;
        if (key.RevokedAtMs is not null)
            return call.AsItWas(await KeyView.OfAsync(call, key, withUsage: false));

        key.RevokedAtMs = call.NowMs;
        key.UpdatedAtMs = call.NowMs;
        call.Audit("key.revoke", key.Id);
        call.KeyChanged(key.Id);
        return new Answer(await KeyView.OfAsync(call, key, withUsage: false));
    }
}
