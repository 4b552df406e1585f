using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Enterprise;

internal static class ApproveEnterprise
{
    private const string TierDefault = "enterprise";
    private const int YearsMax = 3;

    public static readonly Operation Operation = new()
    {
        Name = "approveEnterpriseApplication",
        Method = "POST",
        Path = "/reviews/enterprise/{id}/approve",
        Permission = Permissions.InstallationVerifications,
        Summary = "Approve an application for enterprise verification",
        Description = "Raises the organisation's tier until `validUntil`. Nobody decides for an organisation that they are a member of, but for the operator's own.",
        Body = typeof(ApproveEnterpriseBody),
        BodyOptional = true,
        BodyExample = """{"validUntil":"2031-01-31T00:00:00Z"}""",
        Answer = typeof(EnterpriseReviewAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var until = call.Body.Instant("validUntil");
        if (until <= call.Now || until > call.Now.AddYears(YearsMax))
            call.Body.Refuse("validUntil", ErrorCodes.InvalidValue, $"'validUntil' must be in the future and within {YearsMax} years.");
        var tiers = await call.Data.Tiers.ToListAsync(call.CancellationToken);
        var tierId = call.Body.OneOf("tier", [.. tiers.Select(static t => t.Id)]) ?? TierDefault;
        var row = await call.Installation.EnterpriseApplications.SingleOrDefaultAsync(e => e.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (call.Refused() is { } refusal)
            return refusal;
        if (await DecideEnterprise.RefusedAsync(call, row) is { } refused)
            return refused;
        if (tiers.Find(t => t.Id == tierId) is not { } tier)
            return new Refusal(ErrorCodes.Conflict, $"There is no tier '{tierId}'. Name one with 'tier'.");
        if (!await DecideEnterprise.ClaimAsync(call.Installation.EnterpriseApplications, row, EnterpriseStatuses.Approved, call.CancellationToken))
            return DecideEnterprise.Decided(row);

        DecideEnterprise.Note(call, row, null);
        row.ValidUntilMs = (until ?? call.Now.AddYears(1)).ToUnixTimeMilliseconds();
        var organisation = await call.Installation.Organisations.SingleAsync(o => o.Id == row.OrganisationId, call.CancellationToken);
        // A verification never lowers what the organisation is without it.
        var raised = tiers.Where(t => t.Id == tier.Id || t.Id == organisation.BaseTier).MaxBy(static t => t.Rank)!;
        organisation.Tier = raised.Id;
        organisation.VerifiedUntilMs = row.ValidUntilMs;
        organisation.UpdatedAtMs = call.Touch(organisation.UpdatedAtMs);
        foreach (var earlier in await call.Installation.EnterpriseApplications.Where(e => e.OrganisationId == row.OrganisationId && e.Status == EnterpriseStatuses.Approved && e.Id != row.Id).ToListAsync(call.CancellationToken))
        {
            earlier.Status = EnterpriseStatuses.Replaced;
            earlier.UpdatedAtMs = call.Touch(earlier.UpdatedAtMs);
        }

        DecideQuota.Audit(call, row.OrganisationId, "verification.approve", row.Id, ("tier", organisation.Tier), ("validUntilMs", row.ValidUntilMs));
        call.OrganisationChanged(row.OrganisationId);
        await EnterpriseNotices.ApprovedAsync(call, row, organisation.Name, raised);
        return new Answer((await EnterpriseView.ReviewsOfAsync(call, [row]))[0], Version: row.UpdatedAtMs);
    }
}
