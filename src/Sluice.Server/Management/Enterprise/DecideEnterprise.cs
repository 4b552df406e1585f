using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Enterprise;

/// <summary>What both decisions have in common.</summary>
internal static class DecideEnterprise
{
    public const int ReasonCharsMax = 2000;

    /// <summary>Takes an open application for a decision. Of two at once, on two nodes, one gets it.</summary>
    public static async Task<bool> ClaimAsync(IQueryable<EnterpriseApplicationRow> applications, EnterpriseApplicationRow row, string status, CancellationToken cancellationToken)
    {
        if (await applications.Where(e => e.Id == row.Id && e.Status == EnterpriseStatuses.Submitted).ExecuteUpdateAsync(set => set.SetProperty(e => e.Status, status), cancellationToken) == 0)
            return false;
        row.Status = status;
        return true;
    }

    /// <summary>Why the caller cannot decide it, whatever the decision is.</summary>
    public static async Task<Refusal?> RefusedAsync(OperationCall call, EnterpriseApplicationRow row)
    {
        if (row.Status != EnterpriseStatuses.Submitted)
            return Decided(row);
        // Whoever belongs to the company does not vouch for it. The operator's own has nobody else.
        var person = call.Caller.AccountId ?? await call.Data.ManagementTokens.Where(t => t.Id == call.Caller.TokenId).Select(t => t.CreatedBy).SingleOrDefaultAsync(call.CancellationToken);
        return row.OrganisationId != call.Caller.OrganisationId && person is not null
            && await call.Installation.Members.AnyAsync(m => m.OrganisationId == row.OrganisationId && m.AccountId == person, call.CancellationToken)
            ? new Refusal(ErrorCodes.PermissionDenied, "The caller is a member of the organisation that applies: another reviewer must decide it.")
            : null;
    }

    public static Refusal Decided(EnterpriseApplicationRow row) => new(ErrorCodes.Conflict, $"The application is {row.Status}: only a submitted one can be decided or withdrawn.");

    public static void Note(OperationCall call, EnterpriseApplicationRow row, string? reason)
    {
        row.Reason = reason;
        row.DecidedBy = call.Caller.AccountId ?? call.Caller.ActorId;
        row.DecidedAtMs = call.NowMs;
        row.UpdatedAtMs = call.Touch(row.UpdatedAtMs);
    }
}
