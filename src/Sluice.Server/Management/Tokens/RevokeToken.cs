using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tokens;

internal static class RevokeToken
{
    public static readonly Operation Operation = new()
    {
        Name = "revokeToken",
        Method = "DELETE",
        Path = "/tokens/{id}",
        Permission = null,
        Summary = "Revoke a management token for good",
        Description = "Refused from the next call on. One's own, or the calling token itself, anybody may revoke; others need `tokens.write`. It stays listed. Doing it again changes nothing. "
            + "A token that is the only way into an organisation without an owner stays.",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        await call.Data.LockOwnersAsync(call.CancellationToken);
        if (await TokenView.Seen(call).SingleOrDefaultAsync(t => t.Id == call.Id, call.CancellationToken) is not { } row)
            return Outcome.NotFound;
        var own = row.Id == call.Caller.TokenId || (row.AccountId is not null && row.AccountId == call.Caller.AccountId);
        if (!own && !call.Caller.May(Permissions.TokensWrite))
            return new Refusal(ErrorCodes.PermissionDenied, $"It needs '{Permissions.TokensWrite}': the token is not the caller's own.");
        if (row.RevokedAtMs is not null)
            return call.AsItWas(null);
        if (await IsLastWayInAsync(call, row))
            return new Refusal(ErrorCodes.Conflict, "The organisation has no owner who could sign in, and no other token that may do everything: nobody could get in any more. Make an owner or another such token first.");
        row.RevokedAtMs = call.NowMs;
        call.Audit("token.revoke", row.Id);
        return new Answer(null);
    }

    private static async ValueTask<bool> IsLastWayInAsync(OperationCall call, ManagementTokenRow row)
    {
        if (!OpensAll(row, call.NowMs) || await call.Data.IsOwnedBesideAsync("", call.CancellationToken))
            return false;
        var others = await call.Data.ManagementTokens.AsNoTracking().Working(call.NowMs).Where(t => t.AccountId == null && t.Id != row.Id).ToListAsync(call.CancellationToken);
        return !others.Exists(t => OpensAll(t, call.NowMs));
    }

    private static bool OpensAll(ManagementTokenRow row, long nowMs) =>
        row.AccountId is null && !(row.ExpiresAtMs <= nowMs) && (RightsReader.ParseScopes(row.Scopes) is not { } scopes || scopes.Contains("*"));
}
