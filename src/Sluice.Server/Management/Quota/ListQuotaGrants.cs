using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Quota;

internal static class ListQuotaGrants
{
    public static readonly Operation Operation = new()
    {
        Name = "listQuotaGrants",
        Method = "GET",
        Path = "/quota-grants",
        Permission = null,
        Summary = "List limits that are raised for a time, newest first",
        Description = "Those from applications that the caller sees.",
        Query =
        [
            .. PageQuery.Parameters,
            new("status", "Grants with this status only.", GrantStatuses.Scheduled, GrantStatuses.Running, GrantStatuses.Ended),
            new("keyId", "Grants of this key only."),
        ],
        Answer = typeof(Page<QuotaGrantAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.QuotaGrant, place));
        var status = call.Query.OneOf("status", GrantStatuses.Scheduled, GrantStatuses.Running, GrantStatuses.Ended);
        var keyId = call.Query.Text("keyId", 64);
        if ((QuotaAccess.MayNotRead(call) ?? call.Refused()) is { } refusal)
            return refusal;
        var now = call.NowMs;
        var grants = QuotaAccess.ReadableGrants(call);
        if (page.After is { } after)
            grants = grants.Where(g => string.Compare(g.Id, after) < 0);
        if (keyId is not null)
            grants = grants.Where(g => g.KeyId == keyId);
        grants = status switch
        {
            GrantStatuses.Scheduled => grants.Where(g => g.EndedAtMs == null && g.UntilMs > now && g.FromMs > now),
            GrantStatuses.Running => grants.Where(g => g.EndedAtMs == null && g.UntilMs > now && g.FromMs <= now),
            GrantStatuses.Ended => grants.Where(g => g.EndedAtMs != null || g.UntilMs <= now),
            _ => grants,
        };
        var rows = await grants.OrderByDescending(g => g.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<QuotaGrantAnswer>
        {
            Data = await QuotaView.OfAsync(call, [.. rows.Take(page.Limit)]),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }
}
