using Sluice.Server.Configuration;
using Sluice.Server.Hosting;
using Sluice.Server.Messages.Sms;
using Sluice.Testing;

namespace Sluice.Server.Tests.Messages;

public sealed class MessageSettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private MessageSettings Read(params (string Name, string Value)[] settings)
        => SettingsFile.Read(new CommandLine(null, null, false, false), _folder.Path, settings.ToDictionary(s => "Sluice__" + s.Name.Replace(":", "__", StringComparison.Ordinal), s => s.Value), null, out _).Messages;

    private string[] Refused(params (string Name, string Value)[] settings) => Should.Throw<StartupException>(() => Read(settings)).Message.Split(Environment.NewLine);

    private static (string, string)[] Smtp(params (string Name, string Value)[] changes) => With([("Host", "smtp.example.com"), ("From", "sluice@example.com")], "Mail:Smtp:", changes);

    private static (string, string)[] Http(params (string Name, string Value)[] changes) =>
        With([("Provider", "http"), ("Url", "https://sms.example.com/send"), ("Body", """{"to":"{phone}","text":"{text}"}""")], "Sms:", changes);

    private static (string, string)[] Aliyun(params (string Name, string Value)[] changes) =>
        With([("Provider", "aliyun"), ("Aliyun:AccessKeyId", "LTAI5"), ("Aliyun:AccessKeySecret", "canary"), ("Aliyun:SignName", "水闸"), ("Aliyun:TemplateCode", "SMS_1")], "Sms:", changes);

    private static (string, string)[] Twilio(params (string Name, string Value)[] changes) =>
        With([("Provider", "twilio"), ("Twilio:AccountSid", "AC1"), ("Twilio:AuthToken", "canary"), ("Twilio:From", "+15005550006")], "Sms:", changes);

    private static (string, string)[] With((string Name, string Value)[] usual, string prefix, (string Name, string Value)[] changes)
    {
        var all = usual.ToDictionary(s => s.Name, s => s.Value);
        foreach (var (name, value) in changes) all[name] = value;
        return [.. all.Select(s => (prefix + s.Key, s.Value))];
    }

    [Fact]
    public void Nothing_has_to_be_set()
    {
        var settings = Read();
        (settings.Smtp, settings.Sms).ShouldBe((null, null));
    }

    [Theory]
    [InlineData("auto", 587)]
    [InlineData("starttls", 587)]
    [InlineData("tls", 465)]
    [InlineData("none", 25)]
    public void The_port_follows_the_kind_of_security(string security, int port)
        => Read(Smtp(("Security", security))).Smtp!.Port.ShouldBe(port);

    [Fact]
    public void A_mail_server_is_read_with_all_its_settings()
    {
        var smtp = Read(Smtp(("Port", "2525"), ("User", "u"), ("Password", "canary"), ("FromName", "水闸"))).Smtp!;
        (smtp.Host, smtp.Port, smtp.Security, smtp.User, smtp.Password!.Reveal(), smtp.From, smtp.FromName).ShouldBe(("smtp.example.com", 2525, SmtpSecurity.Auto, "u", "canary", "sluice@example.com", "水闸"));
        smtp.ToString().ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("Host", "", "Sluice:Mail:Smtp:Host is missing")]
    [InlineData("Host", "smtp.example.com:25", "is 'smtp.example.com:25': must be a host name")]
    [InlineData("Host", "smtp://x", "must be a host name")]
    [InlineData("From", "", "Sluice:Mail:Smtp:From is missing")]
    [InlineData("From", "Sluice <s@example.com>", "must be one e-mail address")]
    [InlineData("From", "水@example.com", "must be one e-mail address in ASCII")]
    [InlineData("From", "s@例子.example", "must be one e-mail address in ASCII")]
    [InlineData("Port", "0", "must be a whole number from 1 to 65535")]
    [InlineData("Security", "ssl", "must be one of none, starttls, tls, auto")]
    [InlineData("User", "u", "Sluice:Mail:Smtp:Password is missing")]
    [InlineData("Password", "canary", "Sluice:Mail:Smtp:User is missing")]
    [InlineData("FromName", "a\nb", "without control characters")]
    [InlineData("Hots", "x", "is not a setting of Sluice; did you mean Sluice:Mail:Smtp:Host?")]
    public void A_wrong_mail_setting_is_refused_in_one_sentence(string name, string value, string expected)
    {
        var sentence = Refused(Smtp((name, value))).ShouldHaveSingleItem();
        sentence.ShouldContain(expected);
        sentence.ShouldContain("Sluice:Mail:Smtp:");
        sentence.ShouldNotContain("canary");
    }

    [Fact]
    public void Any_http_provider_is_read_with_its_templates()
    {
        var sms = Read(Http(("Method", "put"), ("Headers:X-Api-Key", "canary"), ("SuccessStatus", "200, 202"), ("SuccessContains", "OK"))).Sms.ShouldBeOfType<HttpSmsSettings>();
        sms.Method.ShouldBe("PUT");
        sms.Url.Fill(SmsTemplate.Sample).ShouldBe("https://sms.example.com/send");
        sms.Body!.Fill(SmsTemplate.Sample).ShouldBe("""{"to":"+8613800138000","text":"Sample"}""");
        sms.Headers.ShouldHaveSingleItem().Name.ShouldBe("X-Api-Key");
        (sms.Success, sms.SuccessContains).ShouldBe(([200, 202], "OK"), new SuccessComparer());
        sms.ToString().ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("Provider", "", "Sluice:Sms:Provider is missing")]
    [InlineData("Provider", "carrier-pigeon", "must be one of http, aliyun, twilio")]
    [InlineData("Url", "", "Sluice:Sms:Url is missing")]
    [InlineData("Url", "ftp://canary.example/", "must be an absolute http or https URL")]
    [InlineData("Url", "https://{phone}.example.com/canary", "must not have {…} in its host")]
    [InlineData("Url", "https://user:canary@sms.example.com/", "must not carry a user or password")]
    [InlineData("Url", "https://sms.example.com/#canary", "without spaces, backslash and fragment")]
    [InlineData("Method", "DELETE", "must be GET, POST or PUT")]
    [InlineData("Method", "GET", "Sluice:Sms:Body (environment variable Sluice__Sms__Body) cannot be sent with GET")]
    [InlineData("ContentType", "multipart/form-data", "must be application/json")]
    [InlineData("Body", """{"to":"{phone}","text":{text},"key":"canary"}""", "is not JSON once {phone}, {code} and {text} are filled in")]
    [InlineData("Body", """{"text":"{text}"}""", "neither Url nor Body nor Headers has {phone}")]
    [InlineData("Body", """{"to":"{phone}"}""", "neither Url nor Body nor Headers has {text} or {code}")]
    [InlineData("Headers:Host", "canary", "is set by Sluice itself")]
    [InlineData("Headers:X-Text", "{text}", "which a header cannot carry")]
    [InlineData("Headers:X-Key", "canaryé", "only visible ASCII is allowed")]
    [InlineData("SuccessStatus", "20", "must be an HTTP status")]
    [InlineData("Aliyun:SignName", "x", "is of use with the provider aliyun only, and Sluice:Sms:Provider is http")]
    [InlineData("Twilio:AuthToken", "canary", "is of use with the provider twilio only")]
    [InlineData("Bdoy", "x", "is not a setting of Sluice; did you mean Sluice:Sms:Body?")]
    public void A_wrong_setting_of_an_http_provider_is_refused_in_one_sentence(string name, string value, string expected)
    {
        var sentence = Refused(Http((name, value))).ShouldHaveSingleItem();
        sentence.ShouldContain(expected);
        sentence.ShouldNotContain("canary");
    }

    [Fact]
    public void Aliyun_is_read_with_its_usual_address_and_parameters()
    {
        var sms = Read(Aliyun()).Sms.ShouldBeOfType<AliyunSmsSettings>();
        (sms.Url.AbsoluteUri, sms.AccessKeyId, sms.SignName, sms.TemplateCode, sms.TemplateParam.Fill(SmsTemplate.Sample)).ShouldBe(("https://dysmsapi.aliyuncs.com/", "LTAI5", "水闸", "SMS_1", """{"code":"123456"}"""));
        sms.ToString().ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("Aliyun:AccessKeyId", "", "Sluice:Sms:Aliyun:AccessKeyId is missing")]
    [InlineData("Aliyun:AccessKeyId", "a b", "must be letters and digits only")]
    [InlineData("Aliyun:AccessKeySecret", "", "Sluice:Sms:Aliyun:AccessKeySecret is missing")]
    [InlineData("Aliyun:SignName", "", "Sluice:Sms:Aliyun:SignName is missing")]
    [InlineData("Aliyun:TemplateCode", "", "Sluice:Sms:Aliyun:TemplateCode is missing")]
    [InlineData("Aliyun:TemplateParam", "code={code}", "is not JSON once {code} is filled in")]
    [InlineData("Url", "https://dysmsapi.aliyuncs.com/x", "must be scheme and host only")]
    [InlineData("Body", "x", "is of use with the provider http only, and Sluice:Sms:Provider is aliyun")]
    [InlineData("Headers:X-Key", "x", "is of use with the provider http only")]
    public void A_wrong_setting_of_aliyun_is_refused_in_one_sentence(string name, string value, string expected)
        => Refused(Aliyun((name, value))).ShouldHaveSingleItem().ShouldContain(expected);

    [Theory]
    [InlineData("Twilio:AccountSid", "", "Sluice:Sms:Twilio:AccountSid is missing")]
    [InlineData("Twilio:AccountSid", "AC/../1", "must be letters and digits only")]
    [InlineData("Twilio:AuthToken", "", "Sluice:Sms:Twilio:AuthToken is missing")]
    [InlineData("Twilio:From", "", "or MessagingServiceSid is needed")]
    [InlineData("Twilio:MessagingServiceSid", "MG1", "or MessagingServiceSid is needed, and only one of them")]
    public void A_wrong_setting_of_twilio_is_refused_in_one_sentence(string name, string value, string expected)
        => Refused(Twilio((name, value))).ShouldHaveSingleItem().ShouldContain(expected);

    private sealed class SuccessComparer : IEqualityComparer<(IReadOnlyList<int>, string?)>
    {
        public bool Equals((IReadOnlyList<int>, string?) x, (IReadOnlyList<int>, string?) y) => x.Item1.SequenceEqual(y.Item1) && x.Item2 == y.Item2;

        public int GetHashCode((IReadOnlyList<int>, string?) x) => x.Item1.Count;
    }
}
