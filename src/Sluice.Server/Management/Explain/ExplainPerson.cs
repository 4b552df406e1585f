using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Explain;

internal static class ExplainPerson
{
    /// <summary>What a person may do in the caller's organisation. An id that nobody has is answered like that of a stranger.</summary>
    public static async ValueTask<AccessFinding> OfAsync(OperationCall call, AccessQuestion question, string accountId)
    {
        var finding = new AccessFinding();
        if (await call.Data.RightsOfAsync(accountId, call.CancellationToken) is not { } rights)
        {
            finding.Stop("not_a_member", "The person does not belong to the organisation.", "Invite them: POST /api/v1/invitations.");
            return finding;
        }

        if (await call.Data.People.AnyAsync(p => p.Id == accountId && p.SuspendedAtMs != null, call.CancellationToken))
            finding.Stop("account_suspended", "The account is suspended.", "Ask the operator of this installation.");
        finding.Weigh(rights, question, call.Caller.IsOperator);
        return finding;
    }
}
