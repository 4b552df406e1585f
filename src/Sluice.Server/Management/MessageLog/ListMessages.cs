using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages;

namespace Sluice.Server.Management.MessageLog;

internal static class ListMessages
{
    public static readonly Operation Operation = new()
    {
        Name = "listMessages",
        Method = "GET",
        Path = "/outbox",
        Permission = Permissions.InstallationOutbox,
        Summary = "List messages to people, newest first",
        Description = "Without their texts. Sent messages are listed for 30 days.",
        Query =
        [
            .. PageQuery.Parameters,
            new("channel", "Messages on this channel only.", Channels.Email, Channels.Sms),
            new("status", "Messages in this state only.", "held", "pending", "sent", "failed"),
            new("recipient", "Messages to exactly this address or number only."),
        ],
        Answer = typeof(Page<MessageAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Message, place));
        var channel = call.Query.OneOf("channel", Channels.Email, Channels.Sms);
        var status = call.Query.OneOf("status", "held", "pending", "sent", "failed");
        var recipient = call.Query.Text("recipient", 254);
        if (call.Refused() is { } refusal)
            return refusal;

        var messages = call.Installation.Outbox;
        if (page.After is { } after)
            messages = messages.Where(m => string.Compare(m.Id, after) < 0);
        if (channel is not null)
            messages = messages.Where(m => m.Channel == channel);
        if (status is not null)
            messages = messages.Where(m => m.Status == status);
        if (recipient is not null)
            messages = messages.Where(m => m.Recipient == recipient);
        var rows = await messages.OrderByDescending(m => m.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<MessageAnswer>
        {
            Data = [.. rows.Take(page.Limit).Select(row => MessageView.Of(row))],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }
}
