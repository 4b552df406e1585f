using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Messages.Mail;
using Sluice.Server.Messages.Sms;

namespace Sluice.Server.Configuration;

public enum SmtpSecurity
{
    /// <summary>In the clear, credentials too.</summary>
    None,
    StartTls,
    Tls,
    /// <summary>TLS from the start on port 465; else STARTTLS where the server offers it, and always where there is a password.</summary>
    Auto,
}

public enum SmsProvider { Http, Aliyun, Twilio }

/// <summary>The mail server that messages are handed to.</summary>
public sealed record SmtpSettings
{
    public required string Host { get; init; }
    public required int Port { get; init; }
    public required SmtpSecurity Security { get; init; }
    public required string? User { get; init; }
    public required PlainSecret? Password { get; init; }
    /// <summary>An address in ASCII.</summary>
    public required string From { get; init; }
    public required string FromName { get; init; }
}

/// <summary>How text messages go out.</summary>
internal abstract record SmsSettings;

/// <summary>Any provider that takes a message by one HTTP request.</summary>
/// <param name="Success">Statuses that mean it was taken; empty for any of 200 to 299.</param>
/// <param name="SuccessContains">What the answer's body then must hold as well; <see langword="null"/> for anything.</param>
internal sealed record HttpSmsSettings(string Method, SmsTemplate Url, IReadOnlyList<(string Name, SmsTemplate Value)> Headers, SmsTemplate? Body, string ContentType,
    IReadOnlyList<int> Success, string? SuccessContains) : SmsSettings;

/// <param name="TemplateParam">JSON that fills the provider's own template.</param>
internal sealed record AliyunSmsSettings(Uri Url, string AccessKeyId, PlainSecret AccessKeySecret, string SignName, string TemplateCode, SmsTemplate TemplateParam) : SmsSettings;

/// <param name="From">A number or sender name; or else</param>
/// <param name="MessagingServiceSid">a messaging service.</param>
internal sealed record TwilioSmsSettings(Uri Url, string AccountSid, PlainSecret AuthToken, string? From, string? MessagingServiceSid) : SmsSettings;

/// <summary>The channels that messages to people go out by. Where there is none, they are held for the operator to read.</summary>
public sealed record MessageSettings
{
    public SmtpSettings? Smtp { get; init; }
    internal SmsSettings? Sms { get; init; }

    private const string Mail = "Sluice:Mail:Smtp";
    private static readonly string[] SmtpNames = ["Port", "Security", "User", "Password", "From", "FromName"];

    internal static MessageSettings Read(SettingReader settings) => new() { Smtp = ReadSmtp(settings), Sms = SmsSettingsReader.Read(settings) };

    private static SmtpSettings? ReadSmtp(SettingReader settings)
    {
        var host = settings.Text($"{Mail}:Host");
        if (host is null)
        {
            var others = SmtpNames.Where(name => settings.Text($"{Mail}:{name}") is not null).ToList();
            if (others.Count > 0) settings.Required($"{Mail}:Host", "name the mail server, such as smtp.example.com, or remove the other settings of Sluice:Mail:Smtp");
            return null;
        }
        if (Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic) settings.Wrong($"{Mail}:Host", "must be a host name or an IP address, without a port");
        var security = settings.Choice($"{Mail}:Security", SmtpSecurity.Auto);
        var port = (int)settings.Integer($"{Mail}:Port", security switch { SmtpSecurity.Tls => 465, SmtpSecurity.None => 25, _ => 587 }, 1, 65535);

        var (user, password) = (settings.Text($"{Mail}:User"), settings.Text($"{Mail}:Password"));
        if (user is not null && password is null) settings.Required($"{Mail}:Password", $"give the password of {Mail}:User, or remove the user");
        if (user is null && password is not null) settings.Required($"{Mail}:User", "name the user that the password belongs to, or remove the password");
        if ((user ?? "").AsSpan().ContainsAnyInRange('\0', '\u001f')) settings.Problem($"{Mail}:User", "holds a control character");
        if ((password ?? "").AsSpan().ContainsAnyInRange('\0', '\u001f')) settings.Problem($"{Mail}:Password", "holds a control character");

        var from = settings.Required($"{Mail}:From", "give the address that mails come from, such as sluice@example.com");
        if (from.Length > 0 && !(MailboxText.IsAddress(from) && from.All(char.IsAscii))) settings.Wrong($"{Mail}:From", "must be one e-mail address in ASCII, such as sluice@example.com; the name belongs into FromName");
        var name = settings.Text($"{Mail}:FromName") ?? "Sluice";
        if (name.Length > 100 || name.Any(char.IsControl)) settings.Wrong($"{Mail}:FromName", "must be at most 100 characters without control characters");

        return new SmtpSettings
        {
            Host = host,
            Port = port,
            Security = security,
            User = user,
            Password = password is null ? null : new PlainSecret(password),
            From = from,
            FromName = name,
        };
    }

    /// <summary>Whether a value can stand in a header as it is.</summary>
    internal static bool IsHeaderSafe(string value) => HeaderText.IsValid(value);
}
