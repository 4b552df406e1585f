using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class SuspendPerson
{
    public static readonly Operation Operation = new()
    {
        Name = "suspendPerson",
        Method = "POST",
        Path = "/people/{id}/suspend",
        Permission = Permissions.InstallationPeople,
        Summary = "Suspend a person",
        Description = "Ends their sessions, and what their keys and tokens may do, when the call returns. Doing it again changes nothing.",
        Body = typeof(SuspendPersonBody),
        BodyExample = """{"reason":"Shared a key in public twice"}""",
        Answer = typeof(PersonAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var reason = call.Body.Text("reason", 500, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        var row = await call.Installation.Accounts.SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (row.Id == call.Caller.AccountId)
            return new Refusal(ErrorCodes.Conflict, "Nobody suspends themselves.");
        if (row.SuspendedAtMs is not null)
            return call.AsItWas((await PersonView.OfAsync(call, [row]))[0]);

        (row.SuspendedAtMs, row.SuspendedReason) = (call.NowMs, reason == AccountRemains.DeletedReason ? "Deleted" : reason);
        await SessionStarter.EndAsync(call.Accounts.Context, row.Id, null, call.NowMs, call.CancellationToken);
        call.Audit("person.suspend", row.Id);
        call.OwnerChanged(row.Id);
        return new Answer((await PersonView.OfAsync(call, [row]))[0]);
    }
}
