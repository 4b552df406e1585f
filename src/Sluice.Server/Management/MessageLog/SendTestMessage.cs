using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.MessageLog;

/// <summary>Goes past the outbox, so that the operator sees at once what the other side says.</summary>
internal static class SendTestMessage
{
    public static readonly Operation Operation = new()
    {
        Name = "sendTestMessage",
        Method = "POST",
        Path = "/messages/test",
        Permission = Permissions.InstallationOutbox,
        NeedsPerson = true,
        Summary = "Send a test message to the caller's own confirmed address or number",
        Body = typeof(TestMessageBody),
        BodyExample = """{"channel":"email"}""",
        Answer = typeof(TestMessageAnswer),
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var channel = call.Body.OneOf("channel", [Channels.Email, Channels.Sms], required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Tools.Channels.Sender(channel!) is not { } sender)
            return new Refusal(ErrorCodes.Conflict, $"There is nothing to test: set up {(channel == Channels.Sms ? "Sluice:Sms" : "Sluice:Mail:Smtp")} first.");
        var me = await call.Accounts.Me.SingleAsync(call.CancellationToken);
        var recipient = channel == Channels.Sms ? (me.PhoneNumberConfirmed ? me.PhoneNumber : null) : me.EmailConfirmed ? me.Email : null;
        if (recipient is null)
            return new Refusal(ErrorCodes.Conflict, $"The caller has no confirmed {(channel == Channels.Sms ? "phone number" : "e-mail address")}, and a test goes nowhere else.");

        var text = new TestMessage(call.Now, channel == Channels.Sms).Render(me.Language);
        call.Prepared = await sender.SendAsync(new Envelope(ObjectId.New(ObjectId.Message, call.Now), recipient, text.Subject, text.Text, text.Code), call.CancellationToken);
        return null;
    }

    private static ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var channel = call.Body.OneOf("channel", [Channels.Email, Channels.Sms], required: true)!;
        var delivery = (Delivery)call.Prepared!;
        var status = delivery.Status is DeliveryStatus.Sent ? "sent" : "failed";
        call.Audit("message.test", call.Caller.AccountId!, ("channel", channel), ("status", status));
        return new(Outcome.Of(new TestMessageAnswer { Status = status, Said = delivery.Said }));
    }
}
