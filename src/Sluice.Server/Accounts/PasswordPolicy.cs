using System.Globalization;
using Sluice.Gateway.Keys;
using Sluice.Server.Accounts.Text;

namespace Sluice.Server.Accounts;

/// <summary>What a new password must be. Long rather than colourful; not one of those that are guessed first, nor made of what everybody knows about its owner.</summary>
internal sealed class PasswordPolicy(Management.ManagementOptions management)
{
    public const int CharsMin = 15;
    public const int CharsMinWithSecondFactor = 8;
    public const int CharsMax = 256;
    /// <summary>Longest text that is looked at at all.</summary>
    public const int InputCharsMax = 1024;
    private const int OwnCharsMin = 8;
    private const int WordCharsMin = 4;
    private static readonly TimeSpan RegularChange = TimeSpan.FromDays(90);

    private PasswordProfile Profile => management.Accounts.PasswordProfile;

    /// <summary>What is wrong with a new password, as the rest of a sentence that begins with its name; <see langword="null"/> if nothing is.</summary>
    /// <param name="secondFactor">Whether the account asks for a second factor.</param>
    /// <param name="words">What everybody knows: address, name, organisation.</param>
    public string? Wrong(PlainSecret password, bool secondFactor, params IEnumerable<string> words)
    {
        if (NfkcText.Of(password.Reveal()) is not { } text)
            return "must be valid Unicode text.";
        var length = text.EnumerateRunes().Count();
        var least = secondFactor ? CharsMinWithSecondFactor : CharsMin;
        if (length < least || length > CharsMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"must have {least} to {CharsMax} characters{(secondFactor ? "" : $" ({CharsMinWithSecondFactor} are enough once a second factor is on)")}.");
        }

        if (CommonPasswords.Contains(text))
            return "is one of those that are guessed first. A few words that have nothing to do with each other are better.";
        if (OwnLetters(text, words) < OwnCharsMin)
            return "is made of the name, the address or the product. Choose something that nobody knows about you.";
        return Profile is PasswordProfile.Mlps3 && Sorts(text) < 3 ? "must mix at least three of: small letters, capital letters, digits, other characters." : null;
    }

    /// <summary>Whether a password must be replaced before it is of use again.</summary>
    public bool IsTooOld(long? changedAtMs, long nowMs) => Profile is PasswordProfile.Mlps3 && (changedAtMs ?? 0) + (long)RegularChange.TotalMilliseconds <= nowMs;

    private static int OwnLetters(string text, IEnumerable<string> words)
    {
        var known = words.SelectMany(static w => w.Split([' ', '@', '.', '-', '_', '+'], StringSplitOptions.RemoveEmptyEntries).Append(w.Split('@')[0])).Append("sluice")
            .Where(static w => w.Length >= WordCharsMin).OrderByDescending(static w => w.Length);
        foreach (var word in known)
            text = text.Replace(word, "", StringComparison.OrdinalIgnoreCase);
        return text.Length;
    }

    private static int Sorts(string text) => (text.Any(char.IsLower) ? 1 : 0) + (text.Any(char.IsUpper) ? 1 : 0) + (text.Any(char.IsDigit) ? 1 : 0) + (text.Any(static c => !char.IsLetterOrDigit(c)) ? 1 : 0);
}
