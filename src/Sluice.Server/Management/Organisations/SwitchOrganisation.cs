using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Organisations;

internal static class SwitchOrganisation
{
    public static readonly Operation Operation = new()
    {
        Name = "switchOrganisation",
        Method = "PUT",
        Path = "/session/organisation",
        Permission = null,
        NeedsPerson = true,
        Summary = "Choose the organisation that the session acts in",
        Description = "Holds from the next call of this session on. A single call can act elsewhere with the header `sluice-organisation`.",
        Body = typeof(SwitchOrganisationBody),
        BodyExample = """{"organisationId":"org_01kbexample0000000000000000"}""",
        Status = StatusCodes.Status204NoContent,
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var organisationId = call.Body.Text("organisationId", 64, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Caller.SessionId is null)
            return new Refusal(ErrorCodes.PermissionDenied, "A token belongs to one organisation. Sign in to choose among several.");
        if (!await call.Accounts.MyMemberships.AnyAsync(m => m.OrganisationId == organisationId, call.CancellationToken))
            return Refusal.Of([new("organisationId", ErrorCodes.InvalidValue, "'organisationId' is not the id of an organisation that the caller belongs to.")])!;
        var session = await call.Accounts.MySessions.SingleAsync(s => s.Id == call.Caller.SessionId, call.CancellationToken);
        if (session.OrganisationId == organisationId)
            return call.AsItWas(null);
        session.OrganisationId = organisationId;
        call.AuditIn(organisationId!, "session.enter", session.Id);
        return new Answer(null);
    }
}
