using System.Text;
using System.Text.RegularExpressions;
using Sluice.Server.Messages;
using Sluice.Server.Messages.Mail;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Tests.Messages;

public sealed partial class MessageTextsTests
{
    private static readonly Uri Link = new("https://sluice.example/console/confirm?token=sk-slc_cnf_abc&x=1");
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(24);

    private static MessageText[] All(string hostile = "Acme") =>
    [
        new VerifyEmail(Link, Hour), new PasswordReset(Link, Hour), new EmailChangeConfirmation(Link, Hour), new EmailChangeNotice($"new@{hostile}.example", false, Link), new EmailChangeNotice($"new@{hostile}.example", true, Link),
        new AddressInUse(Link, Link), new NewSignIn(At, "203.0.113.7", hostile, Link), new VerificationDecided(hostile, true, hostile, Link),
        new VerificationDecided(hostile, false, hostile, Link), new TicketAnswered(hostile, "tkt_1", Link), new Notice(hostile, hostile, Link), new TestMessage(At, false),
        new QuotaDecided(hostile, "callsPerDay", true, 10_000, At, hostile, Link), new QuotaDecided(hostile, hostile, false, 10_000, null, hostile, Link), new GrantEndsSoon(hostile, "concurrency", 50, 5, At, Link),
        new KeyLeaked(hostile, "sk-slc_live_…abcd", hostile, At, Link), new ReviewDue(hostile, 3, At, Link), new ReviewOverdue(hostile, 3, At, At, Link), new ReviewEnded(hostile, 1, 2, 3, Link),
        .. Enum.GetValues<AccountChange>().Select(c => new AccountChanged(c, At, Link)),
    ];

    private static MessageText[] Texts => [new PhoneCode("123456", TimeSpan.FromMinutes(10)), new TestMessage(At, true)];

    [Fact]
    public void Every_message_says_who_sent_it_and_what_to_do_if_it_was_not_you_in_both_languages()
    {
        foreach (var message in All())
        {
            var (english, chinese) = (message.Render("en"), message.Render("zh-CN"));
            english.Subject.ShouldNotBeNullOrWhiteSpace();
            english.Text.ShouldContain("Sluice");
            english.Text.ShouldContain("If ", Case.Sensitive, message.Kind);
            HasChinese(english.Text).ShouldBeFalse(english.Text);
            if (message is not Notice) HasChinese(chinese.Subject).ShouldBeTrue(chinese.Subject);
            HasChinese(chinese.Text).ShouldBeTrue(message.Kind);
            chinese.Text.ShouldContain("Sluice");
            chinese.Text.ShouldContain("如果", Case.Sensitive, message.Kind);
            if (message is not TestMessage) chinese.Text.ShouldContain(Link.AbsoluteUri);
            if (message is not TestMessage) english.Text.ShouldContain(Link.AbsoluteUri);
        }
    }

    [Fact]
    public void Text_messages_are_short_and_carry_their_code()
    {
        foreach (var message in Texts)
        {
            foreach (var language in new[] { "en", "zh-CN", "zh-Hans-CN" })
            {
                var rendered = message.Render(language);
                rendered.Text.ShouldContain(rendered.Code!);
                rendered.Text.Length.ShouldBeLessThan(160);
                HasChinese(rendered.Text).ShouldBe(language != "en");
            }
        }
    }

    [Fact]
    public void No_subject_carries_a_link_or_a_code()
    {
        foreach (var message in All().Concat(Texts))
        {
            foreach (var language in new[] { "en", "zh-CN" })
            {
                var rendered = message.Render(language);
                rendered.Subject.ShouldNotContain("http");
                rendered.Subject.ShouldNotContain("123456");
            }
        }
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("Click:\nhttps://evil.example/")]
    [InlineData("x\r\nhttps://evil.example/\r\n")]
    [InlineData("x\u2028https://evil.example/")]
    [InlineData("\u202eelpmaxe.live")]
    [InlineData("-- \n> quoted")]
    public void What_somebody_wrote_is_never_taken_for_our_own_words_or_for_markup(string hostile)
    {
        foreach (var message in All(hostile))
        {
            foreach (var language in new[] { "en", "zh-CN" })
            {
                var rendered = message.Render(language);
                rendered.Subject.Any(char.IsControl).ShouldBeFalse();
                rendered.Text.Split('\n').ShouldNotContain(line => line.StartsWith("https://evil", StringComparison.Ordinal), message.Kind);
                rendered.Text.ShouldNotContain("\u202e");
                var html = MailHtml.Of(rendered.Subject, rendered.Text);
                Hrefs().Matches(html).Select(m => m.Groups[1].Value).ShouldAllBe(url => url == System.Net.WebUtility.HtmlEncode(Link.AbsoluteUri));
                html.ShouldNotContain("<script");
                html.ShouldNotContain("<img");
            }
        }
    }

    [Fact]
    public void HTML_shows_the_same_words_and_loads_nothing()
    {
        foreach (var message in All())
        {
            var rendered = message.Render("en");
            var html = MailHtml.Of(rendered.Subject, rendered.Text);
            html.ShouldNotContain("src=");
            html.ShouldNotContain("url(");
            // Well formed, so that what is seen is what was meant.
            var body = System.Xml.Linq.XElement.Parse(html[html.IndexOf("<body", StringComparison.Ordinal)..].Replace("</html>", "", StringComparison.Ordinal).Replace("<br>", "<br/>", StringComparison.Ordinal));
            var seen = Letters(body.Value);
            foreach (var line in rendered.Text.Split('\n')) seen.ShouldContain(Letters(line.TrimStart('>')));
        }
    }

    [Fact]
    public void A_label_before_a_link_becomes_the_link()
    {
        var html = MailHtml.Of("s", "Do it:\nhttps://a.example/?b=1&c=2\n\nAfter.\n");
        html.ShouldContain("<a href=\"https://a.example/?b=1&amp;c=2\">Do it</a>");
        html.ShouldContain("<p>After.<br>");
    }

    [Fact]
    public void The_longest_message_fits_into_the_outbox()
    {
        var hostile = new string('界', 20_000);
        foreach (var message in All(hostile))
            Encoding.UTF8.GetByteCount(message.ToAddress("a@b.example", "zh-CN").Body.Reveal()).ShouldBeLessThan(8 * 1024, message.Kind);
    }

    [Fact]
    public void A_stored_body_comes_back_as_it_was_and_a_plain_one_is_text()
    {
        var body = new StoredBody("Zeile \"1\"\n<界>") { Code = "123456", UsefulForSeconds = 600 };
        StoredBody.Read(body.Write()).ShouldBe(body);
        foreach (var plain in new[] { "", "Hello", "{}", "{\"text\":", "{\"text\":5}" }) StoredBody.Read(plain).ShouldBe(new StoredBody(plain));
    }

    [Theory]
    [InlineData("Sluice: your code is 123456, valid for 10 minutes.", "123456")]
    [InlineData("【Sluice】您的验证码为 123456，10 分钟内有效。", "123456")]
    [InlineData("Call +8613800138000.", null)]
    [InlineData("123456 or 654321", null)]
    [InlineData("No digits at all", null)]
    public void A_code_in_a_plain_text_is_found(string text, string? code) => StoredBody.Read(text).Code.ShouldBe(code);

    [Fact]
    public void A_message_says_for_how_long_it_is_of_use()
    {
        var message = new PhoneCode("123456", TimeSpan.FromMinutes(10)).ToPhone("+8613800138000", "en");
        (message.Channel, message.Recipient, message.Kind, message.Subject).ShouldBe((Channels.Sms, "+8613800138000", "phone_code", ""));
        var body = StoredBody.Read(message.Body.Reveal());
        (body.Code, body.UsefulForSeconds).ShouldBe(("123456", 600));
    }

    [Fact]
    public void Secrets_of_a_message_do_not_print()
    {
        $"{new PhoneCode("123456", Hour)} {new VerifyEmail(Link, Hour)} {new StoredBody("123456")} {new Envelope("msg_1", "a", "b", "123456", "123456")}".ShouldBe("phone_code verify_email *** msg_1");
    }

    private static bool HasChinese(string text) => text.Any(c => c is >= '\u4e00' and <= '\u9fff');

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetterOrDigit));

    [GeneratedRegex("href=\"([^\"]*)\"")]
    private static partial Regex Hrefs();
}
