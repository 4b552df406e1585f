using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sluice.Server.Configuration;

namespace Sluice.Server.Messages.Sms;

/// <summary>Twilio's Messages resource.</summary>
internal sealed class TwilioSms(TwilioSmsSettings settings) : ISmsProvider
{
    private readonly AuthenticationHeaderValue _authorization = new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{settings.AccountSid}:{settings.AuthToken.Reveal()}")));

    public string? Unfit(SmsValues values) => null;

    public HttpRequestMessage Request(SmsValues values)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(settings.Url, $"/2010-04-01/Accounts/{settings.AccountSid}/Messages.json"))
        {
            Content = new FormUrlEncodedContent([
                new("To", values.Phone),
                settings.From is { } from ? new("From", from) : new("MessagingServiceSid", settings.MessagingServiceSid!),
                new("Body", values.Text),
            ]),
        };
        request.Headers.Authorization = _authorization;
        return request;
    }

    public Delivery Read(HttpStatusCode status, string body)
    {
        if (status == HttpStatusCode.Created) return Delivery.Sent($"201 {SmsAnswer.Member(body, "sid")} {SmsAnswer.Member(body, "status")}");
        var said = string.Create(CultureInfo.InvariantCulture, $"{(int)status} {SmsAnswer.Member(body, "code")} {SmsAnswer.Member(body, "message")}");
        return SmsAnswer.IsTemporary(status) ? Delivery.Temporary(said) : Delivery.Permanent(said);
    }
}
