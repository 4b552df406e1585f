using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Members;

internal static class ListMembers
{
    public static readonly Operation Operation = new()
    {
        Name = "listMembers",
        Method = "GET",
        Path = "/members",
        Permission = Permissions.MembersRead,
        Summary = "List members, newest account first",
        Query =
        [
            .. PageQuery.Parameters,
            new("search", "Members whose name or e-mail address contains this text, taken literally."),
            new("roleId", "Members who hold this role only."),
        ],
        Answer = typeof(Page<MemberAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Account, place));
        var search = call.Query.Text("search", 100);
        var roleId = call.Query.Text("roleId", 64);
        if (call.Refused() is { } refusal)
            return refusal;

        var members = call.Data.Members;
        if (page.After is { } after)
            members = members.Where(m => string.Compare(m.AccountId, after) < 0);
        if (roleId is not null)
            members = members.Where(m => call.Data.Assignments.Any(a => a.AccountId == m.AccountId && a.RoleId == roleId));
        if (search is not null)
        {
            var lower = search.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL, which has its own lower(); Contains there takes % and _ literally.
            members = members.Where(m => call.Data.People.Any(p => p.Id == m.AccountId && (p.Name.Contains(search) || p.Name.ToLower().Contains(lower) || p.Email!.ToLower().Contains(lower))));
#pragma warning restore CA1304, CA1311, CA1862
        }

        var rows = await members.OrderByDescending(m => m.AccountId).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        var shown = rows.Take(page.Limit).ToList();
        return new Answer(new Page<MemberAnswer>
        {
            Data = await MemberView.OfAsync(call, shown),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(shown[^1].AccountId) : null,
        });
    }
}
