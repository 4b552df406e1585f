using System.Security;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace Sluice.Server.Messages.Sms;

/// <summary>Where a value lands, which decides how it is written.</summary>
internal enum SmsEncoding
{
    /// <summary>In a URL or in a form.</summary>
    Url,
    /// <summary>Inside a JSON string.</summary>
    Json,
    Xml,
    /// <summary>As it is.</summary>
    Plain,
}

/// <param name="Phone">Such as <c>+8613800138000</c>.</param>
/// <param name="Text">The whole message.</param>
/// <param name="Code">Empty where the message has none.</param>
internal sealed record SmsValues(string Phone, string Text, string Code);

/// <summary>A text with places for <c>{phone}</c>, <c>{phoneDigits}</c>, <c>{phoneNational}</c>, <c>{code}</c> and <c>{text}</c>; other braces are text. May hold an API key, so it does not print.</summary>
internal sealed partial class SmsTemplate(string text, SmsEncoding encoding)
{
    public static readonly SmsValues Sample = new("+8613800138000", "Sample", "123456");

    public bool Uses(string name) => text.Contains($"{{{name}}}", StringComparison.Ordinal);

    /// <summary>In one pass: what a value holds is never taken for a place.</summary>
    public string Fill(SmsValues values) => Place().Replace(text, place => Encode(place.ValueSpan switch
    {
        "{phone}" => values.Phone,
        "{phoneDigits}" => values.Phone.TrimStart('+'),
        "{phoneNational}" => values.Phone.StartsWith("+86", StringComparison.Ordinal) ? values.Phone[3..] : values.Phone.TrimStart('+'),
        "{code}" => values.Code,
        _ => values.Text,
    }));

    private string Encode(string value) => encoding switch
    {
        SmsEncoding.Url => Uri.EscapeDataString(value),
        SmsEncoding.Json => JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value),
        SmsEncoding.Xml => SecurityElement.Escape(Printable(value)),
        _ => Printable(value),
    };

    private static string Printable(string value)
    {
        var line = new StringBuilder(value.Length);
        foreach (var c in value) line.Append(char.IsControl(c) && c != '\n' ? ' ' : c);
        return line.ToString();
    }

    public override string ToString() => "***";

    [GeneratedRegex(@"\{(phone|phoneDigits|phoneNational|code|text)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
