using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Configuration;
using Sluice.Server.Messages.Mail;
using Sluice.Server.Messages.Sms;

namespace Sluice.Server.Messages;

/// <summary>Which channels the operator has set up, and the way out on each.</summary>
internal sealed class MessageChannels
{
    public IMessageSender? Email { get; init; }
    public IMessageSender? Sms { get; init; }

    public IMessageSender? Sender(string channel) => channel == Channels.Email ? Email : Sms;

    public bool CanSend(string channel) => Sender(channel) is not null;

    public static MessageChannels Of(MessageSettings settings, UpstreamConnector connector, OperatorHttp http, TimeProvider time) => new()
    {
        Email = settings.Smtp is { } smtp ? new SmtpSender(smtp, connector, time) : null,
        Sms = settings.Sms is { } sms ? new SmsSender(sms, http, time) : null,
    };
}
