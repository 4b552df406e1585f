using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class ResumePerson
{
    public static readonly Operation Operation = new()
    {
        Name = "resumePerson",
        Method = "POST",
        Path = "/people/{id}/resume",
        Permission = Permissions.InstallationPeople,
        Summary = "Let a suspended person in again",
        Description = "Sessions stay ended. Doing it again changes nothing; a deleted account does not come back.",
        Answer = typeof(PersonAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var row = await call.Installation.Accounts.SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (row is { SuspendedAtMs: not null, SuspendedReason: AccountRemains.DeletedReason })
            return new Refusal(ErrorCodes.Conflict, "The person deleted this account.");
        if (row.SuspendedAtMs is null)
            return call.AsItWas((await PersonView.OfAsync(call, [row]))[0]);

        (row.SuspendedAtMs, row.SuspendedReason) = (null, null);
        call.Audit("person.resume", row.Id);
        call.OwnerChanged(row.Id);
        return new Answer((await PersonView.OfAsync(call, [row]))[0]);
    }
}
