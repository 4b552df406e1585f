using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.AuditLog;

internal static class ListAuditEntries
{
    public static readonly Operation Operation = new()
    {
        Name = "listAuditEntries",
        Method = "GET",
        Path = "/audit",
        Permission = Permissions.AuditRead,
        Summary = "List administrative acts, newest first",
        Query =
        [
            .. PageQuery.Parameters,
            .. AuditFilter.Parameters,
        ],
        Answer = typeof(Page<AuditEntryAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var filter = AuditFilter.From(call.Query);
        if (call.Refused() is { } refusal)
            return refusal;

        var entries = filter(call.Data.AuditEntries);
        if (page.After is { } after)
        {
            var seq = long.Parse(after, CultureInfo.InvariantCulture);
            entries = entries.Where(a => a.Seq < seq);
        }

        var rows = await entries.OrderByDescending(a => a.Seq).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<AuditEntryAnswer>
        {
            Data = [.. rows.Take(page.Limit).Select(AuditEntryView.Of)],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Seq.ToString(CultureInfo.InvariantCulture)) : null,
        });
    }
}
