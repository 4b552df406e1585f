using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Notifications;

internal static class ListNotifications
{
    public static readonly Operation Operation = new()
    {
        Name = "listNotifications",
        Method = "GET",
        Path = "/me/notifications",
        Permission = null,
        NeedsPerson = true,
        Summary = "List what the caller should know, newest first",
        Query =
        [
            .. PageQuery.Parameters,
            new("unread", "`true` for what was not read yet only.", "true", "false"),
        ],
        Answer = typeof(NotificationPage),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Notification, place));
        var unread = call.Query.OneOf("unread", "true", "false");
        if (call.Refused() is { } refusal)
            return refusal;

        var notifications = call.Accounts.MyNotifications;
        var count = await notifications.CountAsync(n => n.ReadAtMs == null, call.CancellationToken);
        if (page.After is { } after)
            notifications = notifications.Where(n => string.Compare(n.Id, after) < 0);
        if (unread is "true")
            notifications = notifications.Where(n => n.ReadAtMs == null);
        var rows = await notifications.OrderByDescending(n => n.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new NotificationPage
        {
            Data = [.. rows.Take(page.Limit).Select(Of)],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
            Unread = count,
        });
    }

    public static NotificationAnswer Of(NotificationRow row) => new()
    {
        Id = row.Id,
        Kind = row.Kind,
        SubjectId = row.SubjectId,
        OrganisationId = row.OrganisationId,
        Text = row.Text,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs),
        ReadAt = row.ReadAtMs is { } read ? DateTimeOffset.FromUnixTimeMilliseconds(read) : null,
    };
}
