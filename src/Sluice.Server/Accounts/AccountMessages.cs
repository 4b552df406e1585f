using Sluice.Gateway.Keys;
using Sluice.Server.Messages;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>
/// The messages that accounts send, with the links in them. Nothing that a stranger chose (a name, a text) goes into one, so that none can be made to carry
/// somebody else's words.
/// </summary>
internal static class AccountMessages
{
    public static OutgoingMessage VerifyEmail(string address, string language, string accountId, string baseUrl, PlainSecret token) =>
        new VerifyEmail(Link(baseUrl, "verify", token), ConfirmationLinks.VerifyLifetime).ToAddress(address, language) with { AccountId = accountId };

    public static OutgoingMessage AddressInUse(AccountRow account, string baseUrl) => new AddressInUse(Console(baseUrl), Console(baseUrl)).ToAccount(account);

    public static OutgoingMessage Unfinished(AccountRow account, string baseUrl, PlainSecret token) =>
        new UnfinishedAccount(Link(baseUrl, "reset/new", token), ConfirmationLinks.ResetLifetime).ToAccount(account);

    public static OutgoingMessage ResetPassword(AccountRow account, string baseUrl, PlainSecret token) =>
        new PasswordReset(Link(baseUrl, "reset/new", token), ConfirmationLinks.ResetLifetime).ToAccount(account);

    public static OutgoingMessage NewEmail(string address, string language, string accountId, string baseUrl, PlainSecret token) =>
        new EmailChangeConfirmation(Link(baseUrl, "email-change", token), ConfirmationLinks.VerifyLifetime).ToAddress(address, language) with { AccountId = accountId };

    public static OutgoingMessage OldEmail(AccountRow account, string baseUrl, PlainSecret token) =>
        new EmailChangeApproval(Link(baseUrl, "email-change", token), ConfirmationLinks.VerifyLifetime).ToAccount(account);

    /// <summary>To the address that the account had until now.</summary>
    public static OutgoingMessage EmailChanged(AccountRow account, string newAddress, string baseUrl) => new EmailChangeNotice(newAddress, Done: true, Console(baseUrl)).ToAccount(account);

    public static OutgoingMessage NewSignIn(AccountRow account, string baseUrl, DateTimeOffset now, string clientIp, string userAgent) =>
        new NewSignIn(now, clientIp, userAgent, Console(baseUrl)).ToAccount(account);

    /// <summary>Something about how the account is signed in to was changed.</summary>
    public static OutgoingMessage Changed(AccountRow account, AccountChange change, string baseUrl, DateTimeOffset now) => new AccountChanged(change, now, Console(baseUrl)).ToAccount(account);

    public static OutgoingMessage PhoneCode(string number, string language, string accountId, PlainSecret code) =>
        new PhoneCode(code.Reveal(), PhoneCodes.Lifetime).ToPhone(number, language) with { AccountId = accountId };

    private static Uri Link(string baseUrl, string page, PlainSecret token) => new($"{baseUrl}/console/{page}?token={token.Reveal()}");

    private static Uri Console(string baseUrl) => new(baseUrl + "/console");
}
