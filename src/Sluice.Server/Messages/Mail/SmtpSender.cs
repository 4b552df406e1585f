using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Configuration;

namespace Sluice.Server.Messages.Mail;

/// <summary>
/// Hands mails to the operator's mail server, one connection a mail. Limits in time: 10 s to connect, 30 s for each answer of the server, 60 s for everything.
/// The server's certificate must be valid for the configured host, whatever the kind of TLS.
/// </summary>
internal sealed class SmtpSender(SmtpSettings settings, UpstreamConnector connector, TimeProvider time) : IMessageSender
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _domain = settings.From[(settings.From.IndexOf('@', StringComparison.Ordinal) + 1)..];

    /// <summary>Whom to trust instead of the machine's authorities; for tests.</summary>
    internal X509Certificate2Collection? Roots { get; init; }

    public async ValueTask<Delivery> SendAsync(Envelope message, CancellationToken cancellationToken)
    {
        if (!MailboxText.IsAddress(message.Recipient)) return Delivery.Permanent("The recipient's address is not one that mail can be sent to.");
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var mail = Compose(message);
            using var client = await ConnectAsync(either.Token);
            var said = await client.SendAsync(mail, either.Token);
            await GoodbyeAsync(client, either.Token);
            return Delivery.Sent(said);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever the library meets on the wire, it is an attempt that failed.
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            return SmtpFailures.Explain(e, settings);
        }
    }

    private async Task<SmtpClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = await connector.ConnectAsync(new ConnectRules(ConnectTimeout, AllowPrivateAddress: true), settings.Host, settings.Port, cancellationToken);
        var client = new SmtpClient
        {
            // Asking an authority about a certificate would be a connection that nobody checks.
            CheckCertificateRevocation = false,
            LocalDomain = _domain,
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            Timeout = (int)AnswerTimeout.TotalMilliseconds,
        };
        if (Roots is not null) client.ServerCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors);
        try
        {
            await client.ConnectAsync(socket, settings.Host, settings.Port, Options(), cancellationToken);
            if (settings is { User: { } user, Password: { } password }) await client.AuthenticateAsync(Encoding.UTF8, user, password.Reveal(), cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A password is never sent in the clear unless that was asked for by name.</summary>
    private SecureSocketOptions Options() => settings.Security switch
    {
        SmtpSecurity.None => SecureSocketOptions.None,
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
        _ when settings.Port == 465 => SecureSocketOptions.SslOnConnect,
        _ => settings.Password is null ? SecureSocketOptions.StartTlsWhenAvailable : SecureSocketOptions.StartTls,
    };

    private MimeMessage Compose(Envelope message)
    {
        var mail = new MimeMessage { MessageId = $"{message.Id}@{_domain}", Date = time.GetUtcNow(), Subject = MailboxText.Header(message.Subject) };
        mail.From.Add(new MailboxAddress(Encoding.UTF8, MailboxText.Header(settings.FromName), settings.From));
        mail.To.Add(new MailboxAddress("", message.Recipient));
        // So that out-of-office replies and the like do not come back.
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        mail.Body = new BodyBuilder { TextBody = message.Text, HtmlBody = MailHtml.Of(mail.Subject, message.Text) }.ToMessageBody();
        return mail;
    }

    private static async Task GoodbyeAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
#pragma warning disable CA1031 // The server has taken the mail; how it says goodbye changes nothing.
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
        }
    }

    private bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(Roots!);
        using var leaf = new X509Certificate2(certificate);
        return chain.Build(leaf);
    }
}
