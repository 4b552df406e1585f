using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class EndSession
{
    public static readonly Operation Operation = new()
    {
        Name = "endSession",
        Method = "DELETE",
        Path = "/me/sessions/{id}",
        Permission = null,
        NeedsPerson = true,
        Summary = "End one of your sessions",
        Status = StatusCodes.Status204NoContent,
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (await call.Accounts.MySessions.Where(s => s.Id == call.Id && s.RevokedAtMs == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAtMs, call.NowMs), call.CancellationToken) == 0)
            return Outcome.NotFound;
        call.Audit("session.end", call.Caller.AccountId!, ("session", call.Id));
        return new Answer(null, Session: call.Id == call.Caller.SessionId ? new SessionChange(null, call.Now) : null);
    }
}
