using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Members;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Invitations;

internal static class ListOwnInvitations
{
    private const int ShownMax = 100;

    public static readonly Operation Operation = new()
    {
        Name = "listOwnInvitations",
        Method = "GET",
        Path = "/me/invitations",
        Permission = null,
        NeedsPerson = true,
        Summary = "List open invitations for the caller's verified e-mail address, newest first",
        Description = "At most 100. Empty for a person whose address is not verified.",
        Answer = typeof(Page<OwnInvitationAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var me = await call.Accounts.Me.SingleAsync(call.CancellationToken);
        if (!me.EmailConfirmed)
            return new Answer(new Page<OwnInvitationAnswer> { Data = [] });
        var db = call.Accounts.Context;
        var rows = await (
            from invitation in call.Accounts.Invitations.Pending(call.NowMs)
            where invitation.NormalizedEmail == me.NormalizedEmail
            join organisation in db.Organisations on invitation.OrganisationId equals organisation.Id
            orderby invitation.Id descending
            select new { invitation, organisation.Name, Role = db.Roles.Where(r => r.Id == invitation.RoleId && r.OrganisationId == invitation.OrganisationId).Select(r => r.Name).FirstOrDefault() })
            .Take(ShownMax).ToListAsync(call.CancellationToken);
        return new Answer(new Page<OwnInvitationAnswer>
        {
            Data =
            [
                .. rows.Select(r => new OwnInvitationAnswer
                {
                    Id = r.invitation.Id,
                    OrganisationName = r.Name,
                    RoleName = MemberView.RoleName(r.invitation.RoleId, new Dictionary<string, string> { [r.invitation.RoleId] = r.Role ?? r.invitation.RoleId }),
                    CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(r.invitation.CreatedAtMs),
                    ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(r.invitation.ExpiresAtMs),
                }),
            ],
        });
    }
}
