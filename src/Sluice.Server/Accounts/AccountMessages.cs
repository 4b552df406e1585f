using System.Globalization;
using Sluice.Gateway.Keys;
using Sluice.Server.Messages;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>
/// What accounts send, in English and Chinese. Nothing that a stranger chose (a name, a text) goes into a message, so that none can be made to carry
/// somebody else's words.
/// </summary>
internal static class AccountMessages
{
    public static OutgoingMessage VerifyEmail(string address, string language, string? accountId, string baseUrl, PlainSecret token) => Mail("verify_email", address, language, accountId,
        "Confirm your e-mail address", "请确认您的邮箱地址",
        $"This address was given for an account on Sluice. Confirm that it is yours:\n\n{Link(baseUrl, "verify-email", token)}\n\nThe link works once, for 24 hours. If it was not you, do nothing: an address that is not confirmed is not used.",
        $"有人使用此邮箱注册了 Sluice 账号。请打开以下链接确认该邮箱属于您：\n\n{Link(baseUrl, "verify-email", token)}\n\n此链接仅可使用一次，24 小时内有效。如非本人操作，请忽略此邮件。");

    public static OutgoingMessage AddressInUse(AccountRow account, string baseUrl) => Mail("address_in_use", account.Email!, account.Language, account.Id,
        "You already have an account", "您已拥有账号",
        $"Somebody tried to sign up to Sluice with this address, which has an account already. Nothing was changed. Sign in, or choose a new password if you forgot it:\n\n{baseUrl}",
        $"有人尝试使用此邮箱注册 Sluice，但该邮箱已有账号，未发生任何更改。请直接登录；如忘记密码，可申请重置：\n\n{baseUrl}");

    /// <summary>For an address that somebody signed up with before and never confirmed: whoever reads the mailbox takes the account over, and nothing of before is left in it.</summary>
    public static OutgoingMessage Unfinished(AccountRow account, string baseUrl, PlainSecret token) => Mail("unfinished_account", account.Email!, account.Language, account.Id,
        "Finish signing up", "请完成注册",
        $"An account was begun with this address and never confirmed. If you want it, choose a password for it; whatever was set up before is thrown away:\n\n{Link(baseUrl, "reset-password", token)}\n\nThe link works once, for 1 hour. If it was not you, do nothing.",
        $"此邮箱曾用于注册账号但尚未确认。如需使用该账号，请设置密码，此前的设置将全部作废：\n\n{Link(baseUrl, "reset-password", token)}\n\n此链接仅可使用一次，1 小时内有效。如非本人操作，请忽略此邮件。");

    public static OutgoingMessage ResetPassword(AccountRow account, string baseUrl, PlainSecret token) => Mail("password_reset", account.Email!, account.Language, account.Id,
        "Choose a new password", "重置您的密码",
        $"Somebody asked for a new password for the Sluice account with this address. Choose one here:\n\n{Link(baseUrl, "reset-password", token)}\n\nThe link works once, for 1 hour, and all sessions end. If it was not you, do nothing: the password stays as it is.",
        $"有人请求重置此邮箱对应的 Sluice 账号密码。请在此设置新密码：\n\n{Link(baseUrl, "reset-password", token)}\n\n此链接仅可使用一次，1 小时内有效，所有登录会话将失效。如非本人操作，请忽略此邮件。");

    public static OutgoingMessage NewEmail(string address, string language, string accountId, string baseUrl, PlainSecret token) => Mail("email_change_confirmation", address, language, accountId,
        "Confirm your new e-mail address", "请确认您的新邮箱地址",
        $"A Sluice account is to have this address from now on. Confirm that it is yours:\n\n{Link(baseUrl, "confirm-email-change", token)}\n\nThe link works once, for 24 hours. If it was not you, do nothing.",
        $"有人希望将 Sluice 账号的邮箱更改为此地址。请打开以下链接确认：\n\n{Link(baseUrl, "confirm-email-change", token)}\n\n此链接仅可使用一次，24 小时内有效。如非本人操作，请忽略此邮件。");

    public static OutgoingMessage OldEmail(AccountRow account, string baseUrl, PlainSecret token) => Mail("email_change_approval", account.Email!, account.Language, account.Id,
        "Is your e-mail address to change?", "请确认更改邮箱地址",
        $"Somebody who is signed in to your Sluice account asked to give it another address. It changes only if you agree here as well:\n\n{Link(baseUrl, "confirm-email-change", token)}\n\nThe link works once, for 24 hours. If it was not you, do not follow it; change your password and end all sessions.",
        $"已登录您 Sluice 账号的用户请求更改邮箱。仅当您在此同意后才会生效：\n\n{Link(baseUrl, "confirm-email-change", token)}\n\n此链接仅可使用一次，24 小时内有效。如非本人操作，请勿打开，并立即修改密码、结束所有会话。");

    public static OutgoingMessage NewSignIn(AccountRow account, string baseUrl, DateTimeOffset now, string clientIp, string userAgent) => Mail("new_sign_in", account.Email!, account.Language, account.Id,
        "New sign-in to your account", "您的账号有新的登录",
        $"Somebody signed in to your Sluice account from a device or network that was not seen before.\n\nWhen: {At(now)}\nFrom: {clientIp}\nWith: {Line(userAgent)}\n\nIf it was not you, change your password and end that session: {baseUrl}",
        $"您的 Sluice 账号在新的设备或网络上登录。\n\n时间：{At(now)}\n来源地址：{clientIp}\n设备：{Line(userAgent)}\n\n如非本人操作，请立即修改密码并结束该会话：{baseUrl}");

    /// <summary>Something about how the account is signed in to was changed.</summary>
    public static OutgoingMessage Changed(AccountRow account, string baseUrl, DateTimeOffset now, string english, string chinese) => Mail("account_changed", account.Email!, account.Language, account.Id,
        english, chinese,
        $"{english} ({At(now)}).\n\nIf it was not you, choose a new password at once, end all sessions, and tell whoever runs this platform: {baseUrl}",
        $"{chinese}（{At(now)}）。\n\n如非本人操作，请立即重置密码、结束所有会话，并联系平台管理员：{baseUrl}");

    public static OutgoingMessage PhoneCode(string number, string language, string accountId, PlainSecret code)
    {
        var text = IsChinese(language)
            ? $"【Sluice】您的验证码为 {code.Reveal()}，10 分钟内有效，请勿告知他人。如非本人操作，请忽略本短信。"
            : $"Sluice: your code is {code.Reveal()}, valid for 10 minutes. Tell it to nobody. If you did not ask for it, ignore this message.";
        return new OutgoingMessage(Channels.Sms, number, "phone_code", "", new PlainSecret(text)) { AccountId = accountId };
    }

    private static OutgoingMessage Mail(string kind, string address, string language, string? accountId, string subject, string chineseSubject, string body, string chineseBody)
    {
        var chinese = IsChinese(language);
        return new OutgoingMessage(Channels.Email, address, kind, chinese ? chineseSubject : subject, new PlainSecret(chinese ? chineseBody : body)) { AccountId = accountId };
    }

    private static bool IsChinese(string language) => language.StartsWith("zh", StringComparison.OrdinalIgnoreCase);

    private static string Link(string baseUrl, string page, PlainSecret token) => $"{baseUrl}/{page}?token={token.Reveal()}";

    private static string At(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Line(string text) => text.Replace("://", " ", StringComparison.Ordinal);
}
