using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class ListSessions
{
    public static readonly Operation Operation = new()
    {
        Name = "listSessions",
        Method = "GET",
        Path = "/me/sessions",
        Permission = null,
        NeedsPerson = true,
        Summary = "List your sessions, newest first",
        Answer = typeof(Page<SessionAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var idle = call.NowMs - (long)Access.SessionCookie.IdleLifetime.TotalMilliseconds;
        var rows = await call.Accounts.MySessions.Where(s => s.RevokedAtMs == null && s.ExpiresAtMs > call.NowMs && s.LastSeenAtMs > idle)
            .OrderByDescending(s => s.CreatedAtMs).ThenByDescending(s => s.Id).Take(SessionStarter.SessionsMax).ToListAsync(call.CancellationToken);
        return new Answer(new Page<SessionAnswer> { Data = [.. rows.Select(s => AccountView.Of(s, call.Caller.SessionId))] });
    }
}
