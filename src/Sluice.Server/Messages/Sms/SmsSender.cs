using System.Text.RegularExpressions;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Configuration;

namespace Sluice.Server.Messages.Sms;

/// <summary>Hands text messages to a provider by one HTTP request each, within 10 s. Of the answer at most 64 KiB are read.</summary>
internal sealed partial class SmsSender : IMessageSender, IDisposable
{
    private readonly HttpClient _client;
    private readonly ISmsProvider _provider;

    public SmsSender(SmsSettings settings, OperatorHttp http, TimeProvider time)
    {
        // The address is the operator's word.
        _client = http.NewClient(new OperatorHttpRules { AllowPrivateAddress = true, Deadline = TimeSpan.FromSeconds(10), AnswerBytesMax = 64 * 1024 });
        _provider = settings switch
        {
            AliyunSmsSettings aliyun => new AliyunSms(aliyun, time),
            TwilioSmsSettings twilio => new TwilioSms(twilio),
            HttpSmsSettings any => new HttpSms(any),
            _ => throw new ArgumentException($"There is no provider for {settings.GetType().Name}.", nameof(settings)),
        };
    }

    public async ValueTask<Delivery> SendAsync(Envelope message, CancellationToken cancellationToken)
    {
        if (!PhoneNumber().IsMatch(message.Recipient)) return Delivery.Permanent("The recipient is not a phone number with country code, such as +8613800138000.");
        var values = new SmsValues(message.Recipient, message.Text, message.Code ?? "");
        if (_provider.Unfit(values) is { } unfit) return Delivery.Permanent(unfit);
        try
        {
            using var request = _provider.Request(values);
            request.Headers.UserAgent.ParseAdd("Sluice");
            using var response = await _client.SendAsync(request, cancellationToken);
            return _provider.Read(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken)).Without(message.Code);
        }
        catch (HttpRequestException e)
        {
            return Delivery.Temporary(e.InnerException is UpstreamException known ? known.Message : $"The SMS provider could not be asked: {Reason(e)}");
        }
        catch (InvalidOperationException)
        {
            // An answer in an encoding that does not exist; the provider has read the request.
            return Delivery.Permanent("The SMS provider's answer cannot be read.");
        }
    }

    private static string Reason(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => "its certificate is not trusted, is for another name or has expired.",
        HttpRequestError.ConfigurationLimitExceeded => "its answer is larger than allowed.",
        HttpRequestError.Unknown => e.Message,
        _ => "the connection broke.",
    };

    public void Dispose() => _client.Dispose();

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PhoneNumber();
}
