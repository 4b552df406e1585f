using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Tiers;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Organisations;

internal static class CreateOrganisation
{
    /// <summary>Organisations that one person may own; each brings quotas of its own.</summary>
    private const int OwnedMax = 20;

    public static readonly Operation Operation = new()
    {
        Name = "createOrganisation",
        Method = "POST",
        Path = "/organisations",
        Permission = null,
        NeedsPerson = true,
        Summary = "Create an organisation",
        Description = "Whoever creates it becomes its owner; their e-mail address must be verified. It begins with one project, and in the tier `business` where that address is at a company's own domain, else `personal`. "
            + "A session does not act in it by itself: see `PUT /api/v1/session/organisation`.",
        Body = typeof(OrganisationBody),
        BodyExample = """{"name":"Example Ltd","timeZone":"Asia/Shanghai"}""",
        Answer = typeof(OrganisationAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var name = call.Body.Text("name", OrganisationView.NameCharsMax, required: true);
        var zone = TimeZoneText.From(call.Body, "timeZone") ?? "UTC";
        if (call.Refused() is { } refusal)
            return refusal;
        // A token was made for one organisation; what it is cut down to means nothing in another.
        if (call.Caller.SessionId is null)
            return new Refusal(ErrorCodes.PermissionDenied, "A token belongs to one organisation and cannot make another. Sign in.");
        var me = await call.Accounts.Me.AsNoTracking().SingleAsync(call.CancellationToken);
        if (!me.EmailConfirmed)
            return new Refusal(ErrorCodes.PermissionDenied, "The caller's e-mail address is not verified yet. Follow the link in the mail, or have it sent again.");
        var db = call.Accounts.Context;
        if (await db.Assignments.CountAsync(a => a.AccountId == me.Id && a.RoleId == BuiltInRoles.OwnerId, call.CancellationToken) >= OwnedMax)
            return new Refusal(ErrorCodes.Conflict, $"The caller owns {OwnedMax} organisations, which is the most there can be. Delete one, or give one away.");

        var standing = await BusinessMail.StandingOf(db, me.Email!, call.CancellationToken);
        var organisation = new OrganisationRow
        {
            Id = ObjectId.New(ObjectId.Organisation, call.Now),
            Name = name!,
            TimeZone = zone,
            Tier = standing,
            BaseTier = standing,
            CreatedAtMs = call.NowMs,
            UpdatedAtMs = call.NowMs,
        };
        var project = new ProjectRow { Id = ObjectId.New(ObjectId.Project, call.Now), OrganisationId = organisation.Id, Name = "Default project", CreatedAtMs = call.NowMs, UpdatedAtMs = call.NowMs };
        call.Accounts.Add(organisation);
        call.Accounts.Add(project);
        call.Accounts.Add(new MemberRow { OrganisationId = organisation.Id, AccountId = me.Id, JoinedAtMs = call.NowMs });
        call.Accounts.Add(new AssignmentRow
        {
            Id = ObjectId.New(ObjectId.Assignment, call.Now), OrganisationId = organisation.Id, AccountId = me.Id, RoleId = BuiltInRoles.OwnerId, Source = "direct",
            CreatedAtMs = call.NowMs, CreatedBy = call.ActorId,
        });
        call.AuditIn(organisation.Id, "organisation.create", organisation.Id, ("name", organisation.Name), ("timeZone", zone), ("tier", standing));
        call.AuditIn(organisation.Id, "project.create", project.Id, ("name", project.Name));
        call.AuditIn(organisation.Id, "member.join", me.Id, ("roleId", BuiltInRoles.OwnerId));
        return new Answer(OrganisationView.Of(organisation, isOperator: false, members: 1, projects: 1, activeKeys: 0), Version: organisation.UpdatedAtMs);
    }
}
