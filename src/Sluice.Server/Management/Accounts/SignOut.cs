using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class SignOut
{
    public static readonly Operation Operation = new()
    {
        Name = "signOut",
        Method = "DELETE",
        Path = "/sessions/current",
        Permission = null,
        NeedsPerson = true,
        Summary = "Sign out",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Caller.SessionId is not { } id)
            return Outcome.NotFound;
        await call.Accounts.MySessions.Where(s => s.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAtMs, call.NowMs), call.CancellationToken);
        call.Audit("session.end", call.Caller.AccountId!, ("session", id));
        return new Answer(null, Session: new SessionChange(null, call.Now));
    }
}
