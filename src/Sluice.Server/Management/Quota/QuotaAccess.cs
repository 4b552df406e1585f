using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

/// <summary>
/// Who sees and decides which applications. More than one permission leads to each, so the routes name none, and this is the one place that
/// narrows: to the caller's organisation, to the projects of the permission, or to what is the caller's own.
/// </summary>
internal static class QuotaAccess
{
    /// <summary>Whom applications of this caller belong to: a person, by whatever token they come, or else the token.</summary>
    public static string Self(OperationCall call) => call.Caller.AccountId ?? call.Caller.ActorId;

    /// <summary>One's own and those for one's own keys with <c>quota.request</c>, all with <c>quota.read</c> or <c>quota.approve</c>: in the projects that these reach.</summary>
    public static IQueryable<QuotaApplicationRow> Readable(OperationCall call)
    {
        var (self, rights) = (Self(call), call.Caller.Rights);
        if (rights.ProjectsOf(Permissions.QuotaRead) is not { } read || rights.ProjectsOf(Permissions.QuotaApprove) is not { } approve)
            return call.Data.QuotaApplications;
        IReadOnlyList<string> all = [.. read, .. approve];
        return rights.ProjectsOf(Permissions.QuotaRequest) is { } own
            ? call.Data.QuotaApplications.Where(a => all.Contains(a.ProjectId) || (own.Contains(a.ProjectId) && (a.ApplicantId == self || call.Data.Keys.Any(k => k.Id == a.KeyId && k.OwnerId == self))))
            : call.Data.QuotaApplications.Where(a => all.Contains(a.ProjectId) || a.ApplicantId == self || call.Data.Keys.Any(k => k.Id == a.KeyId && k.OwnerId == self));
    }

    /// <summary>Those that the caller may decide: of all organisations for the operator's reviewers.</summary>
    public static IQueryable<QuotaApplicationRow> Reviewable(OperationCall call)
    {
        if (ReviewsAll(call))
            return call.Installation.QuotaApplications;
        return call.Caller.Rights.ProjectsOf(Permissions.QuotaApprove) is { } projects ? call.Data.QuotaApplications.Where(a => projects.Contains(a.ProjectId)) : call.Data.QuotaApplications;
    }

    public static IQueryable<QuotaGrantRow> ReadableGrants(OperationCall call)
    {
        var applications = Readable(call);
        return call.Data.QuotaGrants.Where(g => applications.Any(a => a.Id == g.ApplicationId));
    }

    public static IQueryable<QuotaGrantRow> ReviewableGrants(OperationCall call)
    {
        if (ReviewsAll(call))
            return call.Installation.QuotaGrants;
        var applications = Reviewable(call);
        return call.Data.QuotaGrants.Where(g => applications.Any(a => a.Id == g.ApplicationId));
    }

    public static bool ReviewsAll(OperationCall call) => call.Caller.May(Permissions.InstallationQuota);

    public static Refusal? MayNotRead(OperationCall call) => Lacks(call, Permissions.QuotaRequest, Permissions.QuotaRead, Permissions.QuotaApprove);

    public static Refusal? MayNotReview(OperationCall call) => Lacks(call, Permissions.QuotaApprove, Permissions.InstallationQuota);

    /// <summary>Whether the application is the caller's own, also where one of the two came by a token that the same person made for the organisation.</summary>
    public static async Task<bool> IsOwnAsync(OperationCall call, QuotaApplicationRow application)
    {
        var ids = new[] { application.ApplicantId, call.Caller.TokenId };
        var tokens = ReviewsAll(call) ? call.Installation.ManagementTokens : call.Data.ManagementTokens;
        var makers = await tokens.AsNoTracking().Where(t => ids.Contains(t.Id)).Select(t => new { t.Id, Person = t.AccountId ?? t.CreatedBy }).ToListAsync(call.CancellationToken);
        string Person(string id) => makers.FirstOrDefault(m => m.Id == id)?.Person ?? id;
        return Person(application.ApplicantId) == Person(Self(call));
    }

    private static Refusal? Lacks(OperationCall call, params IReadOnlyList<string> actions) => actions.Any(call.Caller.May)
        ? null
        : new Refusal(ErrorCodes.PermissionDenied, $"It needs one of: {string.Join(", ", actions)}. Whoever manages roles in the organisation can give it.");
}
