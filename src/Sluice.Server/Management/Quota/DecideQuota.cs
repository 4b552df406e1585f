using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

/// <summary>What both decisions have in common.</summary>
internal static class DecideQuota
{
    public const int ReasonCharsMax = 2000;

    /// <summary>Takes an open application for a decision. Of two at once, on two nodes, one gets it.</summary>
    public static async Task<bool> ClaimAsync(IQueryable<QuotaApplicationRow> applications, QuotaApplicationRow row, string status, CancellationToken cancellationToken)
    {
        if (await applications.Where(a => a.Id == row.Id && a.Status == QuotaStatuses.Open).ExecuteUpdateAsync(set => set.SetProperty(a => a.Status, status), cancellationToken) == 0)
            return false;
        row.Status = status;
        return true;
    }

    /// <summary>Why the caller cannot decide it, whatever the decision is.</summary>
    public static async Task<Refusal?> RefusedAsync(OperationCall call, QuotaApplicationRow row)
    {
        if (row.Status != QuotaStatuses.Open)
            return Decided(row);
        return await QuotaAccess.IsOwnAsync(call, row)
            ? new Refusal(ErrorCodes.PermissionDenied, "It is the caller's own application: somebody else with 'quota.approve' must decide it, or the operator's reviewers.")
            : null;
    }

    public static Refusal Decided(QuotaApplicationRow row) => new(ErrorCodes.Conflict, $"The application is {row.Status}: only an open one can be decided or withdrawn.");

    /// <summary>The key of an application that the caller may decide.</summary>
    public static async Task<KeyRow> KeyAsync(OperationCall call, string keyId) =>
        await (QuotaAccess.ReviewsAll(call) ? call.Installation.Keys : call.Data.Keys).SingleAsync(k => k.Id == keyId, call.CancellationToken);

    public static void Note(OperationCall call, QuotaApplicationRow row, string? reason)
    {
        row.Reason = reason;
        row.DecidedBy = QuotaAccess.Self(call);
        row.DecidedIn = call.Caller.OrganisationId;
        row.DecidedAtMs = call.NowMs;
        row.UpdatedAtMs = call.Touch(row.UpdatedAtMs);
    }

    /// <summary>Into the log of the organisation that it concerns, and of the one that decided.</summary>
    public static void Audit(OperationCall call, string organisationId, string action, string subjectId, params IReadOnlyList<(string Name, object? Value)> detail)
    {
        call.AuditIn(organisationId, action, subjectId, detail);
        if (organisationId != call.Caller.OrganisationId)
            call.Audit(action, subjectId, [("organisationId", organisationId), .. detail]);
    }
}
