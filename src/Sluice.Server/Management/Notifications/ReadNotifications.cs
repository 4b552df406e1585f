using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Notifications;

internal static class ReadNotifications
{
    public static readonly Operation One = new()
    {
        Name = "readNotification",
        Method = "POST",
        Path = "/me/notifications/{id}/read",
        Permission = null,
        NeedsPerson = true,
        Summary = "Mark a notification as read",
        Answer = typeof(NotificationAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = ReadOneAsync,
    };

    public static readonly Operation All = new()
    {
        Name = "readNotifications",
        Method = "POST",
        Path = "/me/notifications/read",
        Permission = null,
        NeedsPerson = true,
        Summary = "Mark all notifications as read",
        Status = StatusCodes.Status204NoContent,
        Writes = true,
        Run = ReadAllAsync,
    };

    private static async ValueTask<Outcome> ReadOneAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var row = await call.Accounts.MyNotifications.SingleOrDefaultAsync(n => n.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (row.ReadAtMs is not null)
            return call.AsItWas(ListNotifications.Of(row));
        row.ReadAtMs = call.NowMs;
        call.Audit("notification.read", row.Id);
        return new Answer(ListNotifications.Of(row));
    }

    private static async ValueTask<Outcome> ReadAllAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var count = await call.Accounts.MyNotifications.Where(n => n.ReadAtMs == null).ExecuteUpdateAsync(n => n.SetProperty(x => x.ReadAtMs, call.NowMs), call.CancellationToken);
        if (count == 0)
            return call.AsItWas(null);
        call.Audit("notification.read", call.Caller.AccountId!, ("count", count));
        return Outcome.Of(null);
    }
}
