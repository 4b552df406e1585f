using Sluice.Server.Management.AccessReviews;
using Sluice.Server.Management.AuditLog;
using Sluice.Server.Management.Callers;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Projects;
using Sluice.Server.Management.RequestLog;
using Sluice.Server.Management.Upstreams;

namespace Sluice.Server.Management;

/// <summary>Everything the control plane can do. One line is one file, which holds its route, permission, checks, write and audit.</summary>
internal static class ManagementRoutes
{
    /// <summary>What all routes begin with.</summary>
    public const string Root = "/api/v1";

    public static readonly IReadOnlyList<Operation> All =
    [
        WhoAmI.Operation,

        CreateKey.Operation,
        ListKeys.Operation,
        GetKey.Operation,
        UpdateKey.Operation,
        RotateKey.Operation,
        SwitchKey.Enable,
        SwitchKey.Disable,
        RevokeKey.Post,
        RevokeKey.Delete,

        CreateProject.Operation,
        ListProjects.Operation,
        GetProject.Operation,
        UpdateProject.Operation,
        DeleteProject.Operation,

        CreateUpstream.Operation,
        ListUpstreams.Operation,
        GetUpstream.Operation,
        UpdateUpstream.Operation,
        DeleteUpstream.Operation,

        ListRequests.Operation,
        GetRequest.Operation,

        ListAuditEntries.Operation,
        ExportAuditLog.Operation,
        VerifyAuditLog.Operation,

        CreateReview.Operation,
        ListReviews.Operation,
        GetReview.Operation,
        ListReviewItems.Operation,
        DecideItem.Confirm,
        DecideItem.Narrow,
        DecideItem.Revoke,
        DecideItems.Operation,
        ExportEvidence.Operation,
        VerifyEvidence.Operation,
    ];
}
