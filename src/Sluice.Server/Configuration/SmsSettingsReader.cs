using System.Globalization;
using System.Text.Json;
using Sluice.Gateway.Keys;
using Sluice.Server.Messages.Sms;

namespace Sluice.Server.Configuration;

/// <summary>Reads <c>Sluice:Sms</c>. URL, headers and body may hold keys, so their values are never repeated.</summary>
internal static class SmsSettingsReader
{
    private const string Root = "Sluice:Sms";
    private static readonly string[] HttpNames = ["Method", "Body", "ContentType", "SuccessStatus", "SuccessContains"];
    private static readonly string[] AliyunNames = ["Aliyun:AccessKeyId", "Aliyun:AccessKeySecret", "Aliyun:SignName", "Aliyun:TemplateCode", "Aliyun:TemplateParam"];
    private static readonly string[] TwilioNames = ["Twilio:AccountSid", "Twilio:AuthToken", "Twilio:From", "Twilio:MessagingServiceSid"];
    private static readonly string[] OwnHeaders = ["Host", "Connection", "Content-Length", "Content-Type", "Transfer-Encoding", "Expect", "Upgrade", "TE", "Trailer"];

    public static SmsSettings? Read(SettingReader settings)
    {
        var url = settings.Text($"{Root}:Url");
        var headers = settings.Entries($"{Root}:Headers").ToList();
        var given = HttpNames.Concat(AliyunNames).Concat(TwilioNames).Where(n => settings.Text($"{Root}:{n}") is not null).ToList();
        if (settings.Text($"{Root}:Provider") is null)
        {
            if (url is not null || headers.Count > 0 || given.Count > 0) settings.Required($"{Root}:Provider", "say http, aliyun or twilio, or remove the other settings of Sluice:Sms");
            return null;
        }
        var provider = settings.Choice($"{Root}:Provider", SmsProvider.Http);
        Foreign(settings, given, SmsProvider.Aliyun, provider, AliyunNames);
        Foreign(settings, given, SmsProvider.Twilio, provider, TwilioNames);
        Foreign(settings, [.. given, .. headers.Select(h => $"Headers:{h.Name}")], SmsProvider.Http, provider, [.. HttpNames, .. headers.Select(h => $"Headers:{h.Name}")]);
        return provider switch
        {
            SmsProvider.Aliyun => ReadAliyun(settings),
            SmsProvider.Twilio => ReadTwilio(settings),
            _ => ReadHttp(settings, url, headers),
        };
    }

    private static void Foreign(SettingReader settings, IReadOnlyList<string> given, SmsProvider of, SmsProvider chosen, IReadOnlyList<string> names)
    {
        if (of == chosen) return;
        foreach (var name in given.Where(names.Contains))
            settings.Problem($"{Root}:{name}", $"is of use with the provider {Lower(of)} only, and Sluice:Sms:Provider is {Lower(chosen)}");
    }

    private static HttpSmsSettings ReadHttp(SettingReader settings, string? url, IReadOnlyList<(string Name, string Value)> headers)
    {
        if (url is null) settings.Required($"{Root}:Url", "give the URL of the provider, such as https://sms.example.com/send?to={phone}");
        var address = new SmsTemplate(url ?? "", SmsEncoding.Url);
        if (url is not null && ProblemOfUrl(url, address) is { } problem) settings.Problem($"{Root}:Url", problem);

        var method = (settings.Text($"{Root}:Method") ?? "POST").ToUpperInvariant();
        if (method is not ("GET" or "POST" or "PUT")) settings.Wrong($"{Root}:Method", "must be GET, POST or PUT");

        var type = settings.Text($"{Root}:ContentType") ?? "application/json";
        var encoding = type.Split(';')[0].Trim().ToLowerInvariant() switch
        {
            "application/json" => SmsEncoding.Json,
            "application/x-www-form-urlencoded" => SmsEncoding.Url,
            "text/plain" => SmsEncoding.Plain,
            "application/xml" or "text/xml" => SmsEncoding.Xml,
            _ => (SmsEncoding?)null,
        };
        if (encoding is null || !System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(type, out _))
            settings.Wrong($"{Root}:ContentType", "must be application/json, application/x-www-form-urlencoded, text/plain or application/xml: values are encoded by it");

        var text = settings.Text($"{Root}:Body");
        var body = text is null ? null : new SmsTemplate(text, encoding ?? SmsEncoding.Plain);
        if (body is not null && method == "GET") settings.Problem($"{Root}:Body", "cannot be sent with GET: use POST, or put the values into the URL");
        if (body is not null && encoding == SmsEncoding.Json && !IsJson(body.Fill(SmsTemplate.Sample))) settings.Problem($"{Root}:Body", "is not JSON once {phone}, {code} and {text} are filled in: these belong inside quotes");

        var values = new List<(string, SmsTemplate)>();
        foreach (var (name, value) in headers)
        {
            var path = $"{Root}:Headers:{name}";
            var template = new SmsTemplate(value, SmsEncoding.Plain);
            if (name.Length > 100 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) settings.Problem(path, "is not a name that a header may have: letters, digits, '-' and '_' only");
            else if (OwnHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)) settings.Problem(path, "is set by Sluice itself");
            else if (template.Uses("text")) settings.Problem(path, "has {text}, which a header cannot carry: use {code}");
            else if (!MessageSettings.IsHeaderSafe(value)) settings.Problem(path, "holds a character that a header cannot carry: only visible ASCII is allowed");
            else values.Add((name, template));
        }

        SmsTemplate[] all = [address, .. body is null ? [] : new[] { body }, .. values.Select(v => v.Item2)];
        if (url is not null && !all.Any(t => t.Uses("phone") || t.Uses("phoneDigits") || t.Uses("phoneNational"))) settings.Problem($"{Root}:Provider", "is http, but neither Url nor Body nor Headers has {phone}: no message would reach anybody");
        if (url is not null && !all.Any(t => t.Uses("code") || t.Uses("text"))) settings.Problem($"{Root}:Provider", "is http, but neither Url nor Body nor Headers has {text} or {code}: the message would say nothing");

        var success = new List<int>();
        foreach (var (path, value) in settings.List($"{Root}:SuccessStatus"))
        {
            if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599) success.Add(status);
            else settings.Wrong(path, value, "must be an HTTP status, such as 200, or several with commas");
        }
        return new HttpSmsSettings(method, address, values, body, type, success, settings.Text($"{Root}:SuccessContains"));
    }

    private static AliyunSmsSettings ReadAliyun(SettingReader settings)
    {
        const string at = $"{Root}:Aliyun";
        var id = settings.Required($"{at}:AccessKeyId", "give the id of an access key that may call dysms:SendSms");
        if (id.Length > 0 && !id.All(char.IsAsciiLetterOrDigit)) settings.Problem($"{at}:AccessKeyId", "must be letters and digits only");
        var secret = settings.Required($"{at}:AccessKeySecret", "give the secret of the access key");
        var sign = settings.Required($"{at}:SignName", "give the name of an approved signature");
        var template = settings.Required($"{at}:TemplateCode", "give the code of an approved template, such as SMS_123456789");
        var param = new SmsTemplate(settings.Text($"{at}:TemplateParam") ?? """{"code":"{code}"}""", SmsEncoding.Json);
        if (!IsJson(param.Fill(SmsTemplate.Sample))) settings.Problem($"{at}:TemplateParam", "is not JSON once {code} is filled in: write for example {\"code\":\"{code}\"}");
        return new AliyunSmsSettings(BaseUrl(settings, "https://dysmsapi.aliyuncs.com"), id, new PlainSecret(secret), sign, template, param);
    }

    private static TwilioSmsSettings ReadTwilio(SettingReader settings)
    {
        const string at = $"{Root}:Twilio";
        var sid = settings.Required($"{at}:AccountSid", "give the account's SID, which begins with AC");
        if (sid.Length > 0 && !sid.All(char.IsAsciiLetterOrDigit)) settings.Problem($"{at}:AccountSid", "must be letters and digits only");
        var token = settings.Required($"{at}:AuthToken", "give the account's token");
        var (from, service) = (settings.Text($"{at}:From"), settings.Text($"{at}:MessagingServiceSid"));
        if (from is null == service is null) settings.Problem($"{at}:From", "or MessagingServiceSid is needed, and only one of them");
        return new TwilioSmsSettings(BaseUrl(settings, "https://api.twilio.com"), sid, new PlainSecret(token), from, service);
    }

    private static Uri BaseUrl(SettingReader settings, string fallback)
    {
        if (settings.Url($"{Root}:Url") is not { } url) return new Uri(fallback);
        if (url.AbsolutePath != "/") settings.Problem($"{Root}:Url", "must be scheme and host only: the path is the provider's own");
        return url;
    }

    private static string? ProblemOfUrl(string text, SmsTemplate template)
    {
        if (text.Any(c => c is <= ' ' or '\\' or '#' or > '~')) return "must be ASCII without spaces, backslash and fragment";
        var slashes = text.IndexOf("://", StringComparison.Ordinal);
        var rest = text.AsSpan(slashes < 0 ? 0 : slashes + 3);
        var end = rest.IndexOfAny('/', '?');
        var authority = end < 0 ? rest : rest[..end];
        if (authority.Contains('@')) return "must not carry a user or password: put an Authorization header into Sluice:Sms:Headers";
        if (authority.ContainsAny('{', '}')) return "must not have {…} in its host";
        return Uri.TryCreate(template.Fill(SmsTemplate.Sample), UriKind.Absolute, out var url) && (url.Scheme is "http" or "https") && url.IdnHost.Length > 0 ? null : "must be an absolute http or https URL";
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Lower(SmsProvider provider) => provider.ToString().ToLowerInvariant();
}
