using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Sluice.Server.Configuration;

namespace Sluice.Server.Messages.Sms;

/// <summary>Alibaba Cloud's SendSms. Texts are the provider's approved templates, so only messages with a code can go out this way.</summary>
internal sealed class AliyunSms(AliyunSmsSettings settings, TimeProvider time) : ISmsProvider
{
    private const string Action = "SendSms";
    private const string Version = "2017-05-25";

    public string? Unfit(SmsValues values) => values.Code.Length == 0 ? "The message has no code, and Aliyun sends its own approved templates only." : null;

    public HttpRequestMessage Request(SmsValues values)
    {
        var query = AliyunSignature.Query([
            new("PhoneNumbers", values.Phone.TrimStart('+')),
            new("SignName", settings.SignName),
            new("TemplateCode", settings.TemplateCode),
            new("TemplateParam", settings.TemplateParam.Fill(values)),
        ]);
        var bodyHash = AliyunSignature.Hash("");
        var host = settings.Url.IsDefaultPort ? settings.Url.IdnHost : string.Create(CultureInfo.InvariantCulture, $"{settings.Url.IdnHost}:{settings.Url.Port}");
        var headers = new Dictionary<string, string>
        {
            ["host"] = host,
            ["x-acs-action"] = Action,
            ["x-acs-content-sha256"] = bodyHash,
            ["x-acs-date"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["x-acs-signature-nonce"] = RandomNumberGenerator.GetHexString(32, lowercase: true),
            ["x-acs-version"] = Version,
        };
        // A body without bytes rather than none: the length then is said, which some servers in between insist on.
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(settings.Url, $"/?{query}")) { Content = new ByteArrayContent([]) };
        request.Headers.Host = host;
        foreach (var (name, value) in headers)
            if (name != "host") request.Headers.Add(name, value);
        request.Headers.Authorization = new AuthenticationHeaderValue(AliyunSignature.Algorithm,
            AliyunSignature.Authorization("POST", "/", query, headers, bodyHash, settings.AccessKeyId, settings.AccessKeySecret.Reveal()));
        return request;
    }

    public Delivery Read(HttpStatusCode status, string body)
    {
        var code = SmsAnswer.Member(body, "Code");
        if (status == HttpStatusCode.OK && code == "OK") return Delivery.Sent($"200 OK {SmsAnswer.Member(body, "BizId")}");
        var said = string.Create(CultureInfo.InvariantCulture, $"{(int)status} {code} {SmsAnswer.Member(body, "Message")}");
        return IsTemporary(status, code) ? Delivery.Temporary(said) : Delivery.Permanent(said);
    }

    /// <summary>The number, or what was said about it, is wrong: permanent. Flow control, empty accounts, wrong credentials and their own trouble pass or can be mended.</summary>
    private static bool IsTemporary(HttpStatusCode status, string code) => code switch
    {
        "isv.MOBILE_NUMBER_ILLEGAL" or "isv.MOBILE_COUNT_OVER_LIMIT" or "isv.BLACK_KEY_CONTROL_LIMIT" or "isv.INVALID_PARAMETERS" or "isv.PARAM_LENGTH_LIMIT"
            or "isv.INVALID_JSON_PARAM" or "isv.TEMPLATE_MISSING_PARAMETERS" or "isv.DENY_IP_RANGE" or "isv.SMS_CONTENT_ILLEGAL" => false,
        "" => SmsAnswer.IsTemporary(status),
        _ => true,
    };
}
