using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sluice.Server.Configuration;

namespace Sluice.Server.Messages.Sms;

/// <summary>A provider as the operator described it.</summary>
internal sealed class HttpSms(HttpSmsSettings settings) : ISmsProvider
{
    private readonly bool _needsCode = !settings.Url.Uses("text") && settings.Body?.Uses("text") != true;

    public string? Unfit(SmsValues values)
        => _needsCode && values.Code.Length == 0 ? "The message has no code, and the templates of Sluice:Sms have no {text}." : null;

    public HttpRequestMessage Request(SmsValues values)
    {
        var request = new HttpRequestMessage(new HttpMethod(settings.Method), new Uri(settings.Url.Fill(values)));
        foreach (var (name, value) in settings.Headers) request.Headers.Add(name, value.Fill(values));
        if (settings.Body is { } body)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.Fill(values)));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(settings.ContentType);
        }
        return request;
    }

    public Delivery Read(HttpStatusCode status, string body)
    {
        var said = string.Create(CultureInfo.InvariantCulture, $"{(int)status} {body}");
        var taken = settings.Success.Count == 0 ? (int)status is >= 200 and < 300 : settings.Success.Contains((int)status);
        if (taken && (settings.SuccessContains is null || body.Contains(settings.SuccessContains, StringComparison.Ordinal))) return Delivery.Sent(said);
        // Asked again after an answer of success, a provider might send the message twice.
        return !taken && SmsAnswer.IsTemporary(status) ? Delivery.Temporary(said) : Delivery.Permanent(said);
    }
}
