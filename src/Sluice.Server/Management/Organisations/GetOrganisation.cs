using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Organisations;

internal static class GetOrganisation
{
    public static readonly Operation Operation = new()
    {
        Name = "getOrganisation",
        Method = "GET",
        Path = "/organisation",
        Permission = Permissions.OrganisationRead,
        Summary = "Get the organisation that the call acts in",
        Answer = typeof(OrganisationAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var organisation = await call.Data.Organisations.SingleAsync(call.CancellationToken);
        return new Answer(await OrganisationView.OfAsync(call, organisation), Version: organisation.UpdatedAtMs);
    }
}
