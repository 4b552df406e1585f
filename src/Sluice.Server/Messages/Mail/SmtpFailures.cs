using System.Globalization;
using MailKit.Net.Smtp;
using MailKit.Security;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Configuration;

namespace Sluice.Server.Messages.Mail;

/// <summary>Sorts what went wrong: the mail itself was refused for good, or the server could not be used this time.</summary>
internal static class SmtpFailures
{
    public static Delivery Explain(Exception e, SmtpSettings settings)
    {
        var server = string.Create(CultureInfo.InvariantCulture, $"{settings.Host}:{settings.Port}");
        return e switch
        {
            SmtpCommandException command => Explain(command),
            AuthenticationException => Delivery.Temporary($"{server} did not accept the user and password of Sluice:Mail:Smtp: {e.Message}"),
            SslHandshakeException => Delivery.Temporary($"No secure connection to {server} could be made: its certificate is not trusted, is for another name or has expired, or it does not speak TLS 1.2 or 1.3 at this port."),
            NotSupportedException => Delivery.Temporary($"{server} cannot do what Sluice:Mail:Smtp asks for: {e.Message}"),
            UpstreamException => Delivery.Temporary(e.Message),
            OperationCanceledException or TimeoutException => Delivery.Temporary($"{server} did not answer in time."),
            SmtpProtocolException => Delivery.Temporary($"{server} closed the connection or does not speak SMTP."),
            _ => Delivery.Temporary($"The connection to {server} broke."),
        };
    }

    private static Delivery Explain(SmtpCommandException e)
    {
        var said = string.Create(CultureInfo.InvariantCulture, $"{(int)e.StatusCode} {e.Message}");
        // A refused sender or greeting is about this installation, not about this mail.
        var aboutMail = e.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted;
        return aboutMail && (int)e.StatusCode >= 500 ? Delivery.Permanent(said) : Delivery.Temporary(said);
    }
}
