using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class GetPerson
{
    public static readonly Operation Operation = new()
    {
        Name = "getPerson",
        Method = "GET",
        Path = "/people/{id}",
        Permission = Permissions.InstallationPeople,
        Summary = "Get a person of this installation",
        Answer = typeof(PersonAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var row = await call.Installation.Accounts.SingleOrDefaultAsync(a => a.Id == call.Id, call.CancellationToken);
        return row is null ? Outcome.NotFound : new Answer((await PersonView.OfAsync(call, [row]))[0]);
    }
}
