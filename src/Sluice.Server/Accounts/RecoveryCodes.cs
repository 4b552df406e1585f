using System.Security.Cryptography;

namespace Sluice.Server.Accounts;

/// <summary>Codes for whoever lost their authenticator: ten, each good once.</summary>
internal static class RecoveryCodes
{
    public const int Count = 10;
    // Without letters that are read as another.
    private const string Alphabet = "23456789BCDFGHJKMNPQRTVWXY";

    public static IReadOnlyList<string> New() => [.. Enumerable.Range(0, Count).Select(static _ => $"{RandomNumberGenerator.GetString(Alphabet, 5)}-{RandomNumberGenerator.GetString(Alphabet, 5)}")];

    /// <summary>As it was handed out, however it was typed.</summary>
    public static string Canonical(string typed)
    {
        var letters = string.Concat(typed.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return letters.Length == 10 ? $"{letters[..5]}-{letters[5..]}" : letters;
    }
}
