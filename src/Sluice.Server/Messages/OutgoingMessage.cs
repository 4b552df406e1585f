using Sluice.Gateway.Keys;

namespace Sluice.Server.Messages;

/// <summary>Ways that a message can take.</summary>
internal static class Channels
{
    public const string Email = "email";
    public const string Sms = "sms";
}

/// <summary>Something to be sent to one person.</summary>
/// <param name="Channel">See <see cref="Channels"/>.</param>
/// <param name="Recipient">Mail address, or telephone number in E.164 form.</param>
/// <param name="Kind">What it is about, such as <c>verify_email</c>; the operator sees it.</param>
/// <param name="Subject">Of a mail; empty for an SMS. Holds no secret.</param>
/// <param name="Body">May hold a link or a code, so it is kept sealed until it is sent.</param>
internal sealed record OutgoingMessage(string Channel, string Recipient, string Kind, string Subject, PlainSecret Body)
{
    public string? AccountId { get; init; }
    public string? OrganisationId { get; init; }
}
