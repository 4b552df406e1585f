namespace Sluice.Server.Accounts;

/// <summary>
/// A mail address under the one rule that signing up, signing in, resetting and inviting share. Only ASCII is taken: two addresses that look alike
/// or that case mapping would merge are never the same account.
/// </summary>
/// <param name="Text">As it is written to: the domain in lower case.</param>
/// <param name="Normalized">By which it is found.</param>
internal sealed record EmailAddress(string Text, string Normalized)
{
    public const int CharsMax = 254;
    private const string LocalSymbols = "!#$%&'*+-/=?^_`{|}~.";

    public string Domain => Text[(Text.IndexOf('@', StringComparison.Ordinal) + 1)..];

    public string LocalPart => Text[..Text.IndexOf('@', StringComparison.Ordinal)];

    /// <summary>Refusals say this.</summary>
    public const string Rule = "must be a mail address such as name@example.com, in ASCII letters (an international domain in its xn-- form).";

    public static EmailAddress? Parse(string? text)
    {
        if (text is null || text.Length > CharsMax)
            return null;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at is < 1 or > 64)
            return null;
        var (local, domain) = (text[..at], text[(at + 1)..].ToLowerInvariant());
        if (local.StartsWith('.') || local.EndsWith('.') || local.Contains("..", StringComparison.Ordinal) || !local.All(static c => char.IsAsciiLetterOrDigit(c) || LocalSymbols.Contains(c, StringComparison.Ordinal)))
            return null;
        var labels = domain.Split('.');
        if (labels.Length < 2 || labels.Any(static l => l.Length is 0 or > 63 || l.StartsWith('-') || l.EndsWith('-') || !l.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            || labels[^1].All(char.IsAsciiDigit))
            return null;
        var written = $"{local}@{domain}";
        return new EmailAddress(written, written.ToUpperInvariant());
    }
}
