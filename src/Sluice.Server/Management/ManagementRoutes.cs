using Sluice.Server.Management.AccessReviews;
using Sluice.Server.Management.Accounts;
using Sluice.Server.Management.AuditLog;
using Sluice.Server.Management.Callers;
using Sluice.Server.Management.Checklist;
using Sluice.Server.Management.Explain;
using Sluice.Server.Management.Installation;
using Sluice.Server.Management.Invitations;
using Sluice.Server.Management.Diagnosis;
using Sluice.Server.Management.Documents;
using Sluice.Server.Management.Enterprise;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Leaks;
using Sluice.Server.Management.Members;
using Sluice.Server.Management.MessageLog;
using Sluice.Server.Management.Models;
using Sluice.Server.Management.Notifications;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Organisations;
using Sluice.Server.Management.Playground;
using Sluice.Server.Management.Projects;
using Sluice.Server.Management.Quota;
using Sluice.Server.Management.RequestLog;
using Sluice.Server.Management.Roles;
using Sluice.Server.Management.Tiers;
using Sluice.Server.Management.Tokens;
using Sluice.Server.Management.Tickets;
using Sluice.Server.Management.Upstreams;
using Sluice.Server.Management.Usage;
using Sluice.Server.SingleSignOn;

namespace Sluice.Server.Management;

/// <summary>Everything the control plane can do. One line is one file, which holds its route, permission, checks, write and audit.</summary>
internal static class ManagementRoutes
{
    /// <summary>What all routes begin with.</summary>
    public const string Root = "/api/v1";

    public static readonly IReadOnlyList<Operation> All =
    [
        WhoAmI.Operation,

        Register.Operation,
        VerifyEmail.Operation,
        ResendVerification.Operation,
        SetUp.Operation,
        CheckSetUpLink.Operation,
        SignIn.Operation,
        AskToSignIn.Operation,
        SignInWithPasskey.Operation,
        SignOut.Operation,
        RequestPasswordReset.Operation,
        ConfirmPasswordReset.Operation,
        ConfirmEmailChange.Operation,
        GetMe.Operation,
        UpdateMe.Operation,
        DeleteMe.Operation,
        ListSessions.Operation,
        EndOtherSessions.Operation,
        EndSession.Operation,
        AskToConfirm.Operation,
        ConfirmIdentity.Operation,
        ChangePassword.Operation,
        ChangeEmail.Operation,
        ChangePhone.Operation,
        ConfirmPhone.Operation,
        StartTotp.Operation,
        ConfirmTotp.Operation,
        DisableTotp.Operation,
        MakeRecoveryCodes.Operation,
        AskForPasskey.Operation,
        AddPasskey.Operation,
        ListPasskeys.Operation,
        RenamePasskey.Operation,
        RemovePasskey.Operation,
        ListPeople.Operation,
        GetPerson.Operation,
        SuspendPerson.Operation,
        ResumePerson.Operation,

        CreateKey.Operation,
        ListKeys.Operation,
        GetKey.Operation,
        UpdateKey.Operation,
        RotateKey.Operation,
        SwitchKey.Enable,
        SwitchKey.Disable,
        RevokeKey.Post,
        RevokeKey.Delete,
        SignKey.Require,
        SignKey.Lift,
        MoveKey.Operation,
        ShowKeyImpact.Operation,
        ReportLeak.Operation,

        CreateProject.Operation,
        ListProjects.Operation,
        GetProject.Operation,
        UpdateProject.Operation,
        DeleteProject.Operation,
        ShowChecklist.Operation,
        GoLive.Operation,

        CreateUpstream.Operation,
        ListUpstreams.Operation,
        GetUpstream.Operation,
        UpdateUpstream.Operation,
        DeleteUpstream.Operation,

        CreateOrganisation.Operation,
        ListOrganisations.Operation,
        GetOrganisation.Operation,
        UpdateOrganisation.Operation,
        DeleteOrganisation.Operation,
        SwitchOrganisation.Operation,
        TransferOwnership.Operation,

        ListMembers.Operation,
        GetMember.Operation,
        RemoveMember.Delete,
        RemoveMember.Leave,

        CreateInvitation.Operation,
        ListInvitations.Operation,
        RevokeInvitation.Operation,
        ResendInvitation.Operation,
        AcceptInvitation.Operation,
        ListOwnInvitations.Operation,

        CreateRole.Operation,
        ListRoles.Operation,
        GetRole.Operation,
        UpdateRole.Operation,
        DeleteRole.Operation,
        PreviewRole.Operation,
        ListPermissions.Operation,
        CreateAssignment.Operation,
        ListAssignments.Operation,
        DeleteAssignment.Operation,
        ExplainAccess.Operation,
        GetOwnAccess.Operation,

        CreateToken.Operation,
        ListTokens.Operation,
        RevokeToken.Operation,

        GetSystem.Operation,
        ListTiers.Operation,
        UpdateTier.Operation,
        ListPublicMailDomains.Operation,
        SwitchPublicMailDomain.Put,
        SwitchPublicMailDomain.Delete,

        ListRequests.Operation,
        GetRequest.Operation,
        GetUsage.Operation,
        ShowRequestHistogram.Operation,
        FollowRequests.Operation,
        ShowKeyLimits.Operation,
        ShowTightestLimits.Operation,
        ExportRequests.Operation,

        ListAuditEntries.Operation,

        ListSignInMethods.Operation,

        ListMessages.Operation,
        GetMessage.Operation,
        RetryMessage.Operation,
        SendTestMessage.Operation,

        ListNotifications.Operation,
        ReadNotifications.One,
        ReadNotifications.All,
        ExportAuditLog.Operation,
        VerifyAuditLog.Operation,
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

        OpenPlayground.Operation,
        EndPlayground.Operation,
        ListModels.Operation,
        TestUpstream.New,
        TestUpstream.Stored,
        Diagnose.Operation,
        ExplainRequest.Operation,
    ];
}
