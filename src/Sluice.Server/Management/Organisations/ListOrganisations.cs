using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Members;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Organisations;

internal static class ListOrganisations
{
    public static readonly Operation Operation = new()
    {
        Name = "listOrganisations",
        Method = "GET",
        Path = "/organisations",
        Permission = null,
        NeedsPerson = true,
        Summary = "List the organisations that the caller belongs to, the one joined first at the top",
        Description = "All at once; there is no next page. A token sees the one that it was made for.",
        Answer = typeof(Page<OwnOrganisationAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var db = call.Accounts.Context;
        var operators = await db.Organisations.OrderBy(o => o.CreatedAtMs).ThenBy(o => o.Id).Select(o => o.Id).FirstAsync(call.CancellationToken);
        var rows = await (
            from member in call.Accounts.MyMemberships
            join organisation in db.Organisations on member.OrganisationId equals organisation.Id
            where call.Caller.TokenId == null || organisation.Id == call.Caller.OrganisationId
            orderby member.JoinedAtMs, organisation.Id
            select new { organisation, member.JoinedAtMs }).ToListAsync(call.CancellationToken);
        var ids = rows.Select(r => r.organisation.Id).ToList();
        var assignments = await db.Assignments.Where(a => a.AccountId == call.Caller.AccountId && ids.Contains(a.OrganisationId)).OrderBy(a => a.Id).ToListAsync(call.CancellationToken);
        var names = await db.Roles.Where(r => ids.Contains(r.OrganisationId)).ToDictionaryAsync(r => r.Id, r => r.Name, call.CancellationToken);
        return new Answer(new Page<OwnOrganisationAnswer>
        {
            Data =
            [
                .. rows.Select(r => new OwnOrganisationAnswer
                {
                    Id = r.organisation.Id,
                    Name = r.organisation.Name,
                    Tier = r.organisation.Tier,
                    Current = r.organisation.Id == call.Caller.OrganisationId,
                    IsOperator = r.organisation.Id == operators,
                    JoinedAt = DateTimeOffset.FromUnixTimeMilliseconds(r.JoinedAtMs),
                    Roles = [.. assignments.Where(a => a.OrganisationId == r.organisation.Id).Select(a => MemberView.Held(a, names))],
                }),
            ],
        });
    }
}
