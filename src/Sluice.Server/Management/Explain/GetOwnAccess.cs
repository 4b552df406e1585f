using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Explain;

internal static class GetOwnAccess
{
    public static readonly Operation Operation = new()
    {
        Name = "getOwnAccess",
        Method = "GET",
        Path = "/access/mine",
        Permission = null,
        Summary = "List everything that the caller may do in the organisation, and by which roles",
        Answer = typeof(OwnAccessAnswer),
        Run = RunAsync,
    };

    private static ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return ValueTask.FromResult<Outcome>(refusal);
        var rights = call.Caller.Rights;
        return ValueTask.FromResult<Outcome>(new Answer(new OwnAccessAnswer
        {
            OrganisationId = call.Caller.OrganisationId.Length == 0 ? null : call.Caller.OrganisationId,
            Grants = [.. rights.Granted.Select(AccessView.Of)],
            Scopes = rights.Scopes,
            Allowed = [.. call.Caller.Permissions.Select(action => new AllowedActionAnswer { Action = action, Projects = Permissions.IsInProjects(action) ? rights.ProjectsOf(action) : null })],
        }));
    }
}
