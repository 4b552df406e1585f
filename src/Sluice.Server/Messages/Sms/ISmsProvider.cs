using System.Net;

namespace Sluice.Server.Messages.Sms;

/// <summary>How one provider is asked, and what its answers mean.</summary>
internal interface ISmsProvider
{
    /// <summary>What the provider cannot do with this message, or <see langword="null"/>.</summary>
    string? Unfit(SmsValues values);

    HttpRequestMessage Request(SmsValues values);

    Delivery Read(HttpStatusCode status, string body);
}
