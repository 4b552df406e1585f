using System.Globalization;
using System.Net;

namespace Sluice.Server.Management.Tiers;

/// <summary>Mail domains in one form: lower case, with other scripts as <c>xn--…</c>.</summary>
internal static class MailDomainText
{
    private const int CharsMax = 253;

    /// <summary>The domain in its one form, or <see langword="null"/> if it is none.</summary>
    public static string? Canonical(string text)
    {
        string ascii;
        try
        {
            ascii = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(text.TrimEnd('.').ToLowerInvariant().Normalize());
        }
        catch (ArgumentException)
        {
            return null;
        }

        return ascii.Length <= CharsMax && ascii.Contains('.', StringComparison.Ordinal) && !IPAddress.TryParse(ascii, out _) ? ascii : null;
    }
}
