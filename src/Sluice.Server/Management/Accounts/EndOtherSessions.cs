using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class EndOtherSessions
{
    public static readonly Operation Operation = new()
    {
        Name = "endOtherSessions",
        Method = "DELETE",
        Path = "/me/sessions",
        Permission = null,
        NeedsPerson = true,
        Summary = "End all your sessions but this one",
        Status = StatusCodes.Status204NoContent,
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var ended = await SessionStarter.EndAsync(call.Accounts.Context, call.Caller.AccountId!, call.Caller.SessionId, call.NowMs, call.CancellationToken);
        call.Audit("session.end_others", call.Caller.AccountId!, ("count", ended));
        return new Answer(null);
    }
}
