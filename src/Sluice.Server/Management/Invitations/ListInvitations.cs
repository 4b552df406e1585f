using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Members;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Invitations;

internal static class ListInvitations
{
    public static readonly Operation Operation = new()
    {
        Name = "listInvitations",
        Method = "GET",
        Path = "/invitations",
        Permission = Permissions.MembersRead,
        Summary = "List invitations, newest first",
        Query =
        [
            .. PageQuery.Parameters,
            new("status", "`pending` for those that can still be accepted; all where left out.", InvitationStatuses.Pending),
        ],
        Answer = typeof(Page<InvitationAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Invitation, place));
        var status = call.Query.OneOf("status", InvitationStatuses.Pending);
        if (call.Refused() is { } refusal)
            return refusal;
        var invitations = call.Data.Invitations;
        if (page.After is { } after)
            invitations = invitations.Where(i => string.Compare(i.Id, after) < 0);
        if (status is not null)
            invitations = invitations.Pending(call.NowMs);
        var rows = await invitations.OrderByDescending(i => i.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        var names = await MemberView.RoleNamesAsync(call);
        return new Answer(new Page<InvitationAnswer>
        {
            Data = [.. rows.Take(page.Limit).Select(i => InvitationView.Of(i, names, call.NowMs))],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }
}
