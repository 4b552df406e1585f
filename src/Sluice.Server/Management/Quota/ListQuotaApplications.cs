using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Quota;

internal static class ListQuotaApplications
{
    public static readonly Operation Operation = new()
    {
        Name = "listQuotaApplications",
        Method = "GET",
        Path = "/quota-applications",
        Permission = null,
        Summary = "List quota applications, newest first",
        Description = "With `quota.request` one's own and those for one's own keys; with `quota.read` or `quota.approve` all.",
        Query =
        [
            .. PageQuery.Parameters,
            new("status", "Applications with this status only.", QuotaStatuses.Open, QuotaStatuses.Approved, QuotaStatuses.Rejected, QuotaStatuses.Withdrawn),
            new("keyId", "Applications for this key only."),
        ],
        Answer = typeof(Page<QuotaApplicationAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.QuotaApplication, place));
        var status = call.Query.OneOf("status", QuotaStatuses.Open, QuotaStatuses.Approved, QuotaStatuses.Rejected, QuotaStatuses.Withdrawn);
        var keyId = call.Query.Text("keyId", 64);
        if ((QuotaAccess.MayNotRead(call) ?? call.Refused()) is { } refusal)
            return refusal;
        var applications = QuotaAccess.Readable(call);
        if (page.After is { } after)
            applications = applications.Where(a => string.Compare(a.Id, after) < 0);
        if (status is not null)
            applications = applications.Where(a => a.Status == status);
        if (keyId is not null)
            applications = applications.Where(a => a.KeyId == keyId);
        var rows = await applications.OrderByDescending(a => a.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<QuotaApplicationAnswer>
        {
            Data = await QuotaView.OfAsync(call, [.. rows.Take(page.Limit)]),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }
}
