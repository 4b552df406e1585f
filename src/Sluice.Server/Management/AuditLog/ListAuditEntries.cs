using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

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
            new("subjectId", "Acts on this object only."),
            new("action", "Acts of this kind only, such as `key.create`."),
        ],
        Answer = typeof(Page<AuditEntryAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var subjectId = call.Query.Text("subjectId", 64);
        var action = call.Query.Text("action", 64);
        if (call.Refused() is { } refusal)
            return refusal;

        var entries = call.Data.AuditEntries;
        if (page.After is { } after)
        {
            var seq = long.Parse(after, CultureInfo.InvariantCulture);
            entries = entries.Where(a => a.Seq < seq);
        }

        if (subjectId is not null)
            entries = entries.Where(a => a.SubjectId == subjectId);
        if (action is not null)
            entries = entries.Where(a => a.Action == action);
        var rows = await entries.OrderByDescending(a => a.Seq).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<AuditEntryAnswer>
        {
            Data = [.. rows.Take(page.Limit).Select(Of)],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Seq.ToString(CultureInfo.InvariantCulture)) : null,
        });
    }

    private static AuditEntryAnswer Of(AuditEntryRow row) => new()
    {
        Seq = row.Seq,
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs),
        ActorId = row.ActorId,
        Action = row.Action,
        SubjectId = row.SubjectId,
        Detail = JsonElement.Parse(row.Detail),
        PreviousHash = Convert.ToHexStringLower(row.PreviousHash),
        Hash = Convert.ToHexStringLower(row.Hash),
    };
}
