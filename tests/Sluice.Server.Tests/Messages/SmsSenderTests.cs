using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Configuration;
using Sluice.Server.Messages;
using Sluice.Server.Messages.Sms;
using Sluice.Testing;
using Sluice.Testing.Messages;

namespace Sluice.Server.Tests.Messages;

public sealed class SmsSenderTests : IAsyncLifetime
{
    private const string Odd = "Code \"123456\" & 100% + <b>\\ 您好\n{code}";
    private SmsSink _sink = null!;

    public async ValueTask InitializeAsync() => _sink = await SmsSink.StartAsync();

    public ValueTask DisposeAsync() => _sink.DisposeAsync();

    private static readonly Envelope Code = new("msg_1", "+8613800138000", "", "Your code is 123456", "123456");

    private HttpSmsSettings Settings(string url = "/send", string method = "POST", string? body = """{"to":"{phone}","text":"{text}","code":"{code}"}""", string type = "application/json",
        SmsEncoding encoding = SmsEncoding.Json, IReadOnlyList<int>? success = null, string? contains = null, params (string, string)[] headers)
        => new(method, new SmsTemplate(_sink.BaseUrl + url, SmsEncoding.Url), [.. headers.Select(h => (h.Item1, new SmsTemplate(h.Item2, SmsEncoding.Plain)))],
            body is null ? null : new SmsTemplate(body, encoding), type, success ?? [], contains);

    private static async Task<Delivery> SendAsync(SmsSettings settings, Envelope? message = null, TimeProvider? time = null)
    {
        using var sender = new SmsSender(settings, new OperatorHttp(new UpstreamConnector(TimeProvider.System), time ?? TimeProvider.System), time ?? TimeProvider.System);
        return await sender.SendAsync(message ?? Code, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Values_are_encoded_for_a_JSON_string()
    {
        (await SendAsync(Settings(headers: ("X-Api-Key", "canary")), Code with { Text = Odd })).Status.ShouldBe(DeliveryStatus.Sent);
        var request = _sink.Requests.ShouldHaveSingleItem();
        var json = JsonSerializer.Deserialize<JsonElement>(request.Body);
        json.GetProperty("text").GetString().ShouldBe(Odd);
        json.GetProperty("to").GetString().ShouldBe("+8613800138000");
        (request.Method, request.Target, request.Headers["x-api-key"], request.Headers["content-type"], request.Headers["user-agent"]).ShouldBe(("POST", "/send", "canary", "application/json", "Sluice"));
    }

    [Fact]
    public async Task Values_are_encoded_for_a_URL()
    {
        (await SendAsync(Settings("/send?to={phone}&text={text}&end=1", "GET", null), Code with { Text = Odd })).Status.ShouldBe(DeliveryStatus.Sent);
        var query = _sink.Requests.ShouldHaveSingleItem().Query;
        query.Count.ShouldBe(3);
        (query["to"], query["text"], query["end"]).ShouldBe(("+8613800138000", Odd, "1"));
    }

    [Fact]
    public async Task Values_are_encoded_for_a_form()
    {
        (await SendAsync(Settings(body: "to={phoneDigits}&local={phoneNational}&text={text}", type: "application/x-www-form-urlencoded", encoding: SmsEncoding.Url), Code with { Text = Odd })).Status.ShouldBe(DeliveryStatus.Sent);
        var form = _sink.Requests.ShouldHaveSingleItem().Form;
        (form["to"], form["local"], form["text"]).ShouldBe(("8613800138000", "13800138000", Odd));
    }

    [Fact]
    public async Task Values_are_encoded_for_XML()
    {
        await SendAsync(Settings(body: "<m to='{phone}'>{text}</m>", type: "application/xml", encoding: SmsEncoding.Xml), Code with { Text = Odd });
        System.Xml.Linq.XElement.Parse(_sink.Requests.ShouldHaveSingleItem().Body).Value.ShouldBe(Odd);
    }

    [Theory]
    [InlineData("13800138000")]
    [InlineData("+86 138")]
    [InlineData("+8613800138000&to=+1")]
    [InlineData("+8613800138000\n")]
    [InlineData("+0123456789")]
    [InlineData("+٨٦١٣٨٠٠١٣٨٠٠٠")]
    [InlineData("")]
    public async Task What_is_not_a_phone_number_is_not_sent_to(string phone)
    {
        (await SendAsync(Settings(), Code with { Recipient = phone })).Status.ShouldBe(DeliveryStatus.Permanent);
        _sink.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(200, DeliveryStatus.Sent)]
    [InlineData(202, DeliveryStatus.Sent)]
    [InlineData(302, DeliveryStatus.Temporary)]
    [InlineData(400, DeliveryStatus.Permanent)]
    [InlineData(401, DeliveryStatus.Temporary)]
    [InlineData(403, DeliveryStatus.Temporary)]
    [InlineData(404, DeliveryStatus.Temporary)]
    [InlineData(422, DeliveryStatus.Permanent)]
    [InlineData(429, DeliveryStatus.Temporary)]
    [InlineData(500, DeliveryStatus.Temporary)]
    [InlineData(503, DeliveryStatus.Temporary)]
    public async Task The_status_says_whether_it_was_taken(int status, DeliveryStatus expected)
    {
        _sink.AnswerWith(status, "what it says");
        var delivery = await SendAsync(Settings());
        (delivery.Status, delivery.Said).ShouldBe((expected, $"{status} what it says"));
    }

    [Fact]
    public async Task Only_the_named_statuses_are_success_where_there_are_any()
    {
        (await SendAsync(Settings(success: [201]))).Status.ShouldBe(DeliveryStatus.Permanent);
        _sink.AnswerWith(201, "");
        (await SendAsync(Settings(success: [201]))).Status.ShouldBe(DeliveryStatus.Sent);
    }

    [Fact]
    public async Task An_answer_of_success_without_the_word_of_success_is_a_refusal_for_good()
    {
        _sink.AnswerWith(200, """{"code":"isv.error"}""");
        (await SendAsync(Settings(contains: "\"code\":\"OK\""))).Status.ShouldBe(DeliveryStatus.Permanent);
        _sink.AnswerWith(200, """{"code":"OK"}""");
        (await SendAsync(Settings(contains: "\"code\":\"OK\""))).Status.ShouldBe(DeliveryStatus.Sent);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await SmsSink.StartAsync();
        _sink.Answer = (_, http) =>
        {
            http.Response.Redirect(elsewhere.BaseUrl, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        (await SendAsync(Settings())).Status.ShouldBe(DeliveryStatus.Temporary);
        elsewhere.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_code_that_the_provider_repeats_is_not_kept()
    {
        _sink.AnswerWith(400, "cannot send 'Your code is 123456'");
        (await SendAsync(Settings())).Said.ShouldBe("400 cannot send 'Your code is ***'");
    }

    [Fact]
    public async Task A_silent_provider_is_given_up_after_ten_seconds()
    {
        var time = new FakeTimeProvider();
        _sink.Answer = (_, http) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        var sending = SendAsync(Settings(), time: time);
        await _sink.NextAsync();
        time.Advance(TimeSpan.FromSeconds(10));
        var delivery = await sending;
        (delivery.Status, delivery.Said).ShouldBe((DeliveryStatus.Temporary, "The SMS provider could not be asked: 127.0.0.1 did not answer within 10 s."));
    }

    [Fact]
    public async Task An_endless_answer_is_not_read()
    {
        _sink.AnswerWith(200, new string('x', 65 * 1024));
        var delivery = await SendAsync(Settings());
        (delivery.Status, delivery.Said).ShouldBe((DeliveryStatus.Temporary, "The SMS provider could not be asked: its answer is larger than allowed."));
    }

    [Fact]
    public async Task A_provider_that_is_not_there_is_told_by_name()
    {
        var port = FreePort.Next();
        var delivery = await SendAsync(Settings() with { Url = new SmsTemplate($"http://127.0.0.1:{port}/?{{phone}}{{text}}", SmsEncoding.Url) });
        delivery.Status.ShouldBe(DeliveryStatus.Temporary);
        delivery.Said.ShouldContain($"127.0.0.1:{port}");
    }

    [Fact]
    public async Task A_message_without_a_code_is_not_sent_where_only_the_code_would_go_out()
    {
        (await SendAsync(Settings(body: """{"to":"{phone}","code":"{code}"}"""), Code with { Code = null })).Status.ShouldBe(DeliveryStatus.Permanent);
        _sink.Requests.ShouldBeEmpty();
    }

    // Alibaba Cloud

    private AliyunSmsSettings Aliyun => new(new Uri(_sink.BaseUrl), "LTAIexample", new PlainSecret("canary"), "水闸", "SMS_123456789", new SmsTemplate("""{"code":"{code}"}""", SmsEncoding.Json));

    [Fact]
    public void The_signature_is_the_one_of_the_documented_example()
    {
        var hash = AliyunSignature.Hash("");
        var headers = new Dictionary<string, string>
        {
            ["host"] = "ecs.cn-shanghai.aliyuncs.com", ["x-acs-action"] = "RunInstances", ["x-acs-version"] = "2014-05-26", ["x-acs-date"] = "2023-10-26T10:22:32Z",
            ["x-acs-signature-nonce"] = "3156853299f313e23d1673dc12e1703d", ["x-acs-content-sha256"] = hash,
        };
        var query = AliyunSignature.Query([new("RegionId", "cn-shanghai"), new("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")]);
        AliyunSignature.Authorization("POST", "/", query, headers, hash, "YourAccessKeyId", "YourAccessKeySecret").ShouldBe(
            "Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
    }

    [Fact]
    public async Task Aliyun_is_asked_with_a_signature_over_what_really_arrives()
    {
        _sink.AnswerWith(200, """{"Message":"OK","RequestId":"R","Code":"OK","BizId":"9^0"}""");
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        (await SendAsync(Aliyun, time: time)).ShouldBe(new Delivery(DeliveryStatus.Sent, "200 OK 9^0"));
        var request = _sink.Requests.ShouldHaveSingleItem();
        var query = request.Query;
        (request.Method, query["PhoneNumbers"], query["SignName"], query["TemplateCode"], query["TemplateParam"]).ShouldBe(("POST", "8613800138000", "水闸", "SMS_123456789", """{"code":"123456"}"""));
        (request.Headers["x-acs-action"], request.Headers["x-acs-version"], request.Headers["x-acs-date"]).ShouldBe(("SendSms", "2017-05-25", "2030-01-02T03:04:05Z"));

        // Computed anew from the bytes on the wire, as the other side does.
        var authorization = request.Headers["authorization"];
        var names = authorization.Split("SignedHeaders=")[1].Split(',')[0];
        names.ShouldBe("host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version");
        var canonical = $"POST\n/\n{request.Target[2..]}\n{string.Concat(names.Split(';').Select(n => $"{n}:{request.Headers[n]}\n"))}\n{names}\n{request.Headers["x-acs-content-sha256"]}";
        var text = "ACS3-HMAC-SHA256\n" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        authorization.ShouldStartWith("ACS3-HMAC-SHA256 Credential=LTAIexample,");
        authorization.ShouldEndWith("Signature=" + Convert.ToHexStringLower(HMACSHA256.HashData("canary"u8, Encoding.UTF8.GetBytes(text))));
        authorization.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Every_request_to_aliyun_has_a_nonce_of_its_own()
    {
        await SendAsync(Aliyun);
        await SendAsync(Aliyun);
        _sink.Requests.Select(r => r.Headers["x-acs-signature-nonce"]).Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(200, "isv.MOBILE_NUMBER_ILLEGAL", DeliveryStatus.Permanent)]
    [InlineData(200, "isv.BLACK_KEY_CONTROL_LIMIT", DeliveryStatus.Permanent)]
    [InlineData(200, "isv.BUSINESS_LIMIT_CONTROL", DeliveryStatus.Temporary)]
    [InlineData(200, "isv.AMOUNT_NOT_ENOUGH", DeliveryStatus.Temporary)]
    [InlineData(404, "InvalidAccessKeyId.NotFound", DeliveryStatus.Temporary)]
    [InlineData(400, "SignatureDoesNotMatch", DeliveryStatus.Temporary)]
    [InlineData(503, "ServiceUnavailable", DeliveryStatus.Temporary)]
    public async Task Aliyuns_codes_are_told_apart(int status, string code, DeliveryStatus expected)
    {
        _sink.AnswerWith(status, $$"""{"Code":"{{code}}","Message":"why"}""");
        (await SendAsync(Aliyun)).ShouldBe(new Delivery(expected, $"{status} {code} why"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("null")]
    public async Task An_answer_that_is_not_aliyuns_is_no_success(string body)
    {
        _sink.AnswerWith(200, body);
        (await SendAsync(Aliyun)).Status.ShouldBe(DeliveryStatus.Permanent);
    }

    [Fact]
    public async Task Aliyun_is_not_asked_to_send_a_text_of_ours()
    {
        (await SendAsync(Aliyun, Code with { Code = null })).Status.ShouldBe(DeliveryStatus.Permanent);
        _sink.Requests.ShouldBeEmpty();
    }

    // Twilio

    private TwilioSmsSettings Twilio => new(new Uri(_sink.BaseUrl), "AC123", new PlainSecret("canary"), "+15005550006", null);

    [Fact]
    public async Task Twilio_is_asked_with_basic_credentials_and_a_form()
    {
        _sink.AnswerWith(201, """{"sid":"SM1","status":"queued"}""");
        (await SendAsync(Twilio, Code with { Text = Odd })).ShouldBe(new Delivery(DeliveryStatus.Sent, "201 SM1 queued"));
        var request = _sink.Requests.ShouldHaveSingleItem();
        (request.Method, request.Target).ShouldBe(("POST", "/2010-04-01/Accounts/AC123/Messages.json"));
        request.Headers["authorization"].ShouldBe("Basic " + Convert.ToBase64String("AC123:canary"u8));
        (request.Form["To"], request.Form["From"], request.Form["Body"]).ShouldBe(("+8613800138000", "+15005550006", Odd));
    }

    [Fact]
    public async Task Twilio_may_choose_the_number_from_a_messaging_service()
    {
        _sink.AnswerWith(201, "{}");
        await SendAsync(Twilio with { From = null, MessagingServiceSid = "MG1" });
        var form = _sink.Requests.ShouldHaveSingleItem().Form;
        (form["MessagingServiceSid"], form.ContainsKey("From")).ShouldBe(("MG1", false));
    }

    [Theory]
    [InlineData(400, """{"code":21211,"message":"The 'To' number is not valid."}""", DeliveryStatus.Permanent, "400 21211 The 'To' number is not valid.")]
    [InlineData(401, """{"code":20003,"message":"Authenticate"}""", DeliveryStatus.Temporary, "401 20003 Authenticate")]
    [InlineData(429, """{"code":20429,"message":"Too Many Requests"}""", DeliveryStatus.Temporary, "429 20429 Too Many Requests")]
    [InlineData(200, "{}", DeliveryStatus.Permanent, "200")]
    public async Task Twilios_answers_are_told_apart(int status, string body, DeliveryStatus expected, string said)
    {
        _sink.AnswerWith(status, body);
        (await SendAsync(Twilio)).ShouldBe(new Delivery(expected, said));
    }
}
