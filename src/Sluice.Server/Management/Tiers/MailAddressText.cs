using System.Globalization;
using System.Net;

namespace Sluice.Server.Management.Tiers;

/// <summary>
/// Mail addresses and domains in one form: the local part in plain ASCII, because look-alikes of letters merge or part mailboxes depending on who compares;
/// the domain in lower case, with other scripts as <c>xn--…</c>.
/// </summary>
internal static class MailAddressText
{
    public const int CharsMax = 254;
    private const int LocalCharsMax = 64;
    private const int DomainCharsMax = 253;
    private const string LocalSigns = "!#$%&'*+/=?^_`{|}~-";

    /// <summary>The address as mail is sent to it, or <see langword="null"/> if it is none.</summary>
    public static string? Canonical(string text)
    {
        var at = text.LastIndexOf('@');
        if (at is < 1 or > LocalCharsMax || text.Length > CharsMax)
            return null;
        var local = text[..at];
        return local.Split('.').All(static word => word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || LocalSigns.Contains(c, StringComparison.Ordinal)))
            && CanonicalDomain(text[(at + 1)..]) is { } domain ? $"{local}@{domain}" : null;
    }

    /// <summary>By this two addresses are compared: they are the same mailbox if it is the same text.</summary>
    public static string Normalized(string canonical) => canonical.ToUpperInvariant();

    /// <summary>The domain in lower case with other scripts as <c>xn--…</c>, or <see langword="null"/> if it is none.</summary>
    public static string? CanonicalDomain(string text)
    {
        string ascii;
        try
        {
            ascii = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(text.TrimEnd('.').ToLowerInvariant().Normalize()).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }

        return ascii.Length <= DomainCharsMax && ascii.Contains('.', StringComparison.Ordinal) && !IPAddress.TryParse(ascii, out _) ? ascii : null;
    }
}
