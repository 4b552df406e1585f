using Sluice.Server.Management.AuditLog;
using Sluice.Server.Management.Callers;
using Sluice.Server.Management.Documents;
using Sluice.Server.Management.Enterprise;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Projects;
using Sluice.Server.Management.Quota;
using Sluice.Server.Management.RequestLog;
using Sluice.Server.Management.Tickets;
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

        ApplyForQuota.Operation,
        ListQuotaApplications.Operation,
        GetQuotaApplication.Operation,
        WithdrawQuotaApplication.Operation,
        CommentOnQuota.AsApplicant,
        ReviewQuota.List,
        ReviewQuota.Get,
        CommentOnQuota.AsReviewer,
        ApproveQuota.Operation,
        RejectQuota.Operation,
        ListQuotaGrants.Operation,
        EndQuotaGrant.Operation,

        ApplyForEnterprise.Operation,
        ReadEnterprise.List,
        ReadEnterprise.Get,
        WithdrawEnterprise.Operation,
        ReviewEnterprise.List,
        ReviewEnterprise.Get,
        ApproveEnterprise.Operation,
        RejectEnterprise.Operation,

        OpenTicket.Operation,
        ReadTickets.List,
        ReadTickets.Get,
        AnswerTicket.AsOrganisation,
        CloseTicket.AsOrganisation,
        ReadTickets.ListSupport,
        ReadTickets.GetSupport,
        AnswerTicket.AsSupport,
        CloseTicket.AsSupport,

        GetDocument.Operation,
    ];
}
