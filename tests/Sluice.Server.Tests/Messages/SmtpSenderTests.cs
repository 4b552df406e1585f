using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Configuration;
using Sluice.Server.Messages;
using Sluice.Server.Messages.Mail;
using Sluice.Testing;
using Sluice.Testing.Messages;

namespace Sluice.Server.Tests.Messages;

public sealed class SmtpSenderTests
{
    private static readonly X509Certificate2 Localhost = SelfMadeCertificate.For("localhost");
    private static readonly Envelope Hello = new("msg_1", "an@example.com", "Hello", "Plain words.\n", null);

    private static SmtpSettings Settings(SmtpSink sink, SmtpSecurity security = SmtpSecurity.None, string? user = null, string? password = null, string host = "localhost", string fromName = "Sluice") => new()
    {
        Host = host, Port = sink.Port, Security = security, User = user, Password = password is null ? null : new PlainSecret(password), From = "sluice@house.example", FromName = fromName,
    };

    private static SmtpSender Sender(SmtpSettings settings, X509Certificate2? trusted = null, TimeProvider? time = null)
        => new(settings, new UpstreamConnector(TimeProvider.System), time ?? TimeProvider.System) { Roots = trusted is null ? null : [trusted] };

    private static async Task<Delivery> SendAsync(SmtpSender sender, Envelope? message = null)
        => await sender.SendAsync(message ?? Hello, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    private static MimeMessage Parsed(SmtpMail mail) => MimeMessage.Load(new MemoryStream(mail.Data), TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_mail_arrives_as_plain_text_and_html_with_an_id_of_its_own()
    {
        await using var sink = SmtpSink.Start();
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var delivery = await SendAsync(Sender(Settings(sink), time: time));
        (delivery.Status, delivery.Said).ShouldBe((DeliveryStatus.Sent, "2.0.0 taken as 1"));
        var mail = sink.Mails.ShouldHaveSingleItem();
        (mail.From, mail.Recipients.ShouldHaveSingleItem()).ShouldBe(("sluice@house.example", "an@example.com"));
        var parsed = Parsed(mail);
        (parsed.Subject, parsed.From.ToString(), parsed.To.ToString(), parsed.Date).ShouldBe(("Hello", "\"Sluice\" <sluice@house.example>", "an@example.com", time.GetUtcNow()));
        parsed.MessageId.ShouldBe("msg_1@house.example");
        parsed.TextBody!.Trim().ShouldBe("Plain words.");
        parsed.HtmlBody!.ShouldContain("<p>Plain words.<br>");
        parsed.Headers["Auto-Submitted"].ShouldBe("auto-generated");
        sink.Commands[0].ShouldBe("EHLO house.example");
    }

    [Fact]
    public async Task Chinese_subject_sender_and_text_arrive_as_written_and_headers_stay_ASCII()
    {
        await using var sink = SmtpSink.Start();
        (await SendAsync(Sender(Settings(sink, fromName: "水闸 平台")), Hello with { Subject = "请确认您的邮箱地址 ✓", Text = "您好，世界\n.\n..\n" })).Status.ShouldBe(DeliveryStatus.Sent);
        var mail = sink.Mails.ShouldHaveSingleItem();
        var parsed = Parsed(mail);
        (parsed.Subject, ((MailboxAddress)parsed.From[0]).Name).ShouldBe(("请确认您的邮箱地址 ✓", "水闸 平台"));
        parsed.TextBody!.ReplaceLineEndings("\n").ShouldBe("您好，世界\n.\n..\n");
        mail.Headers.ShouldAllBe(line => line.All(char.IsAscii));
    }

    [Theory]
    [InlineData("a\r\nBcc: thief@evil.example")]
    [InlineData("a\nBcc: thief@evil.example")]
    [InlineData("a\rBcc: thief@evil.example")]
    [InlineData("a\r\n\r\nBcc: thief@evil.example")]
    [InlineData("a\u2028Bcc: thief@evil.example")]
    [InlineData("a\u0085Bcc: thief@evil.example\0")]
    [InlineData("é\r\nBcc: thief@evil.example")]
    public async Task A_subject_or_name_cannot_begin_another_header(string hostile)
    {
        await using var sink = SmtpSink.Start();
        (await SendAsync(Sender(Settings(sink, fromName: hostile)), Hello with { Subject = hostile })).Status.ShouldBe(DeliveryStatus.Sent);
        var mail = sink.Mails.ShouldHaveSingleItem();
        mail.Headers.ShouldNotContain(line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
        var parsed = Parsed(mail);
        parsed.Bcc.ShouldBeEmpty();
        parsed.Subject!.ShouldContain("Bcc: thief@evil.example");
        parsed.TextBody!.Trim().ShouldBe("Plain words.");
    }

    [Theory]
    [InlineData("an@example.com\r\nRCPT TO:<thief@evil.example>")]
    [InlineData("an@example.com, thief@evil.example")]
    [InlineData("An <an@example.com>")]
    [InlineData("<an@example.com> NOTIFY=SUCCESS")]
    [InlineData("\"a b\"@example.com")]
    [InlineData("@relay.example:an@example.com")]
    [InlineData("an@[127.0.0.1]")]
    [InlineData("an@example..com")]
    [InlineData("an(comment)@example.com")]
    [InlineData("ən@example.com")]
    [InlineData("an@example.com\0")]
    [InlineData("an")]
    [InlineData("")]
    public async Task An_address_that_means_more_than_one_mailbox_is_refused_before_anything_is_connected_to(string address)
    {
        await using var sink = SmtpSink.Start();
        (await SendAsync(Sender(Settings(sink)), Hello with { Recipient = address })).Status.ShouldBe(DeliveryStatus.Permanent);
        sink.Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task A_mail_to_a_domain_in_chinese_goes_to_its_ascii_form()
    {
        await using var sink = SmtpSink.Start();
        (await SendAsync(Sender(Settings(sink)), Hello with { Recipient = "an@例子.example" })).Status.ShouldBe(DeliveryStatus.Sent);
        sink.Mails.ShouldHaveSingleItem().Recipients.ShouldBe(["an@xn--fsqu00a.example"]);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task User_and_password_are_sent_over_TLS(string mechanism)
    {
        await using var sink = SmtpSink.Start(new SmtpSinkOptions { Certificate = Localhost, Mechanisms = mechanism, AuthInTheClear = false, User = "ü", Password = "påss wörd" });
        (await SendAsync(Sender(Settings(sink, SmtpSecurity.StartTls, "ü", "påss wörd"), Localhost))).Status.ShouldBe(DeliveryStatus.Sent);
        var mail = sink.Mails.ShouldHaveSingleItem();
        (mail.Secure, mail.User).ShouldBe((true, "ü"));
    }

    [Fact]
    public async Task TLS_from_the_first_byte_works()
    {
        await using var sink = SmtpSink.Start(new SmtpSinkOptions { Certificate = Localhost, TlsFromStart = true });
        (await SendAsync(Sender(Settings(sink, SmtpSecurity.Tls), Localhost))).Status.ShouldBe(DeliveryStatus.Sent);
        sink.Mails.ShouldHaveSingleItem().Secure.ShouldBeTrue();
    }

    [Fact]
    public async Task Auto_uses_STARTTLS_where_it_is_offered()
    {
        await using var sink = SmtpSink.Start(new SmtpSinkOptions { Certificate = Localhost });
        (await SendAsync(Sender(Settings(sink, SmtpSecurity.Auto), Localhost))).Status.ShouldBe(DeliveryStatus.Sent);
        sink.Mails.ShouldHaveSingleItem().Secure.ShouldBeTrue();
    }

    [Theory]
    [InlineData(SmtpSecurity.Auto)]
    [InlineData(SmtpSecurity.StartTls)]
    public async Task A_password_is_not_sent_in_the_clear_where_STARTTLS_is_taken_away(SmtpSecurity security)
    {
        await using var sink = SmtpSink.Start(new SmtpSinkOptions { User = "u", Password = "canary" });
        var delivery = await SendAsync(Sender(Settings(sink, security, "u", "canary"), Localhost));
        delivery.Status.ShouldBe(DeliveryStatus.Temporary);
        sink.Commands.ShouldNotContain(line => line.StartsWith("AUTH", StringComparison.Ordinal));
        sink.Mails.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("untrusted")]
    [InlineData("other name")]
    [InlineData("expired")]
    public async Task A_certificate_that_does_not_hold_stops_the_mail(string flaw)
    {
        using var certificate = flaw switch { "other name" => SelfMadeCertificate.For("elsewhere.example"), "expired" => SelfMadeCertificate.For("localhost", -3, -2), _ => SelfMadeCertificate.For("localhost") };
        foreach (var fromStart in new[] { true, false })
        {
            await using var sink = SmtpSink.Start(new SmtpSinkOptions { Certificate = certificate, TlsFromStart = fromStart, User = "u", Password = "canary" });
            var delivery = await SendAsync(Sender(Settings(sink, fromStart ? SmtpSecurity.Tls : SmtpSecurity.StartTls, "u", "canary"), flaw == "untrusted" ? null : certificate));
            delivery.Status.ShouldBe(DeliveryStatus.Temporary);
            delivery.Said.ShouldContain("certificate");
            sink.Commands.ShouldNotContain(line => line.StartsWith("AUTH", StringComparison.Ordinal));
            sink.Mails.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("RCPT", "550 5.1.1 no such mailbox", DeliveryStatus.Permanent, "550 5.1.1 no such mailbox")]
    [InlineData("RCPT", "552 5.2.2 full", DeliveryStatus.Permanent, "552")]
    [InlineData("RCPT", "450 4.2.1 come back later", DeliveryStatus.Temporary, "450 4.2.1 come back later")]
    [InlineData("END", "554 5.7.1 spam", DeliveryStatus.Permanent, "554 5.7.1 spam")]
    [InlineData("END", "451 4.7.1 greylisted", DeliveryStatus.Temporary, "451 4.7.1 greylisted")]
    [InlineData("DATA", "452 4.3.1 no room", DeliveryStatus.Temporary, "452")]
    [InlineData("MAIL", "550 5.7.1 not from you", DeliveryStatus.Temporary, "550 5.7.1 not from you")]
    [InlineData("GREETING", "554 no service", DeliveryStatus.Temporary, "554")]
    [InlineData("GREETING", "421 shutting down", DeliveryStatus.Temporary, "421")]
    [InlineData("RCPT", "421 4.7.0 too much", DeliveryStatus.Temporary, "421")]
    public async Task A_refusal_is_for_good_only_where_it_is_about_this_mail(string step, string reply, DeliveryStatus expected, string said)
    {
        await using var sink = SmtpSink.Start();
        sink.Answer(step, reply);
        var delivery = await SendAsync(Sender(Settings(sink)));
        delivery.Status.ShouldBe(expected);
        delivery.Said.ShouldStartWith(said);
        sink.Mails.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GREETING")]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    public async Task A_connection_that_breaks_is_worth_another_attempt(string step)
    {
        await using var sink = SmtpSink.Start();
        sink.Answer(step, SmtpSink.Drop);
        (await SendAsync(Sender(Settings(sink)))).Status.ShouldBe(DeliveryStatus.Temporary);
    }

    [Fact]
    public async Task A_mail_that_was_taken_is_sent_even_if_the_server_hangs_up_afterwards()
    {
        await using var sink = SmtpSink.Start();
        sink.Answer("QUIT", SmtpSink.Drop);
        (await SendAsync(Sender(Settings(sink)))).Status.ShouldBe(DeliveryStatus.Sent);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_after_a_minute()
    {
        await using var sink = SmtpSink.Start();
        sink.Answer("MAIL", SmtpSink.Silence);
        var time = new FakeTimeProvider();
        var sending = SendAsync(Sender(Settings(sink), time: time));
        await sink.FellSilentAsync();
        time.Advance(TimeSpan.FromSeconds(60));
        var delivery = await sending;
        (delivery.Status, delivery.Said).ShouldBe((DeliveryStatus.Temporary, $"localhost:{sink.Port} did not answer in time."));
    }

    [Fact]
    public async Task An_attempt_that_is_cancelled_says_so()
    {
        await using var sink = SmtpSink.Start();
        sink.Answer("MAIL", SmtpSink.Silence);
        using var given = new CancellationTokenSource();
        var sending = Sender(Settings(sink)).SendAsync(Hello, given.Token).AsTask();
        await sink.FellSilentAsync();
        await given.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(sending);
    }

    [Fact]
    public async Task Wrong_credentials_can_be_mended_and_are_never_repeated()
    {
        await using var sink = SmtpSink.Start(new SmtpSinkOptions { User = "u", Password = "right" });
        var delivery = await SendAsync(Sender(Settings(sink, SmtpSecurity.None, "u", "canary")));
        delivery.Status.ShouldBe(DeliveryStatus.Temporary);
        delivery.Said.ShouldContain("Sluice:Mail:Smtp");
        delivery.Said.ShouldNotContain("canary");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_by_name()
    {
        var settings = Settings(SmtpSink.Start()) with { Port = FreePort.Next() };
        var delivery = await SendAsync(Sender(settings));
        delivery.Status.ShouldBe(DeliveryStatus.Temporary);
        delivery.Said.ShouldContain($"localhost:{settings.Port}");
    }

    [Fact]
    public async Task A_metadata_address_is_never_connected_to()
    {
        await using var sink = SmtpSink.Start();
        var delivery = await SendAsync(Sender(Settings(sink, host: "169.254.169.254")));
        delivery.Status.ShouldBe(DeliveryStatus.Temporary);
        delivery.Said.ShouldContain("a cloud metadata address");
    }

    [Fact]
    public async Task What_the_server_says_becomes_one_short_line()
    {
        await using var sink = SmtpSink.Start();
        sink.Answer("RCPT", $"550-first\u0007\r\n550 {new string('x', 400)}");
        var said = (await SendAsync(Sender(Settings(sink)))).Said;
        said.Length.ShouldBeLessThan(310);
        said.Any(char.IsControl).ShouldBeFalse();
    }
}
