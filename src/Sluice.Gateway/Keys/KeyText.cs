using System.IO.Hashing;
using System.Security.Cryptography;

namespace Sluice.Gateway.Keys;

/// <summary>
/// The form of every key and token that Sluice hands out:
/// prefix, 12 characters of public id, 32 characters of secret (190 bits), 6 characters of checksum, all base62.
/// The checksum lets a mistyped text be refused without a look-up; it protects nothing.
/// </summary>
public static class KeyText
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    /// <summary>Characters of the public id.</summary>
    public const int PublicIdLength = 12;
    private const int SecretLength = 32;
    private const int CheckLength = 6;
    private const int BodyLength = PublicIdLength + SecretLength + CheckLength;
    /// <summary>Characters of the longest key text.</summary>
    public const int LengthMax = KeyPrefix.LengthMax + BodyLength;

    /// <summary>Characters of every key text of one purpose.</summary>
    public static int LengthOf(KeyPurpose purpose) => KeyPrefix.Of(purpose).Length + BodyLength;

    /// <summary>Makes a new text from the system's random source.</summary>
    /// <param name="purpose">Decides the prefix.</param>
    /// <param name="publicId">The visible part, by which the key is looked up.</param>
    public static PlainSecret Create(KeyPurpose purpose, out string publicId)
    {
        var prefix = KeyPrefix.Of(purpose);
        Span<char> text = stackalloc char[prefix.Length + BodyLength];
        prefix.CopyTo(text);
        // GetItems draws without bias: every one of the 62 characters is equally likely.
        RandomNumberGenerator.GetItems(Alphabet, text.Slice(prefix.Length, PublicIdLength + SecretLength));
        WriteChecksum(text[..^CheckLength], text[^CheckLength..]);
        publicId = text.Slice(prefix.Length, PublicIdLength).ToString();
        return new PlainSecret(text.ToString());
    }

    /// <summary>Whether <paramref name="text"/> has the form of a key, checksum included. Never throws, never allocates, and says nothing about whether such a key exists.</summary>
    /// <param name="text">What the caller sent, of any length and content.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="publicId">The visible part, a slice of <paramref name="text"/>.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out KeyPurpose purpose, out ReadOnlySpan<char> publicId)
    {
        publicId = default;
        if (!KeyPrefix.TryMatch(text, out purpose, out var prefix) || text.Length != prefix + BodyLength) return false;
        foreach (var c in text[prefix..])
            if (!char.IsAsciiLetterOrDigit(c)) return false;
        Span<char> check = stackalloc char[CheckLength];
        WriteChecksum(text[..^CheckLength], check);
        if (!check.SequenceEqual(text[^CheckLength..])) return false;
        publicId = text.Slice(prefix, PublicIdLength);
        return true;
    }

    private static void WriteChecksum(ReadOnlySpan<char> text, Span<char> check)
    {
        Span<byte> bytes = stackalloc byte[LengthMax];
        for (var i = 0; i < text.Length; i++) bytes[i] = (byte)text[i];
        var crc = Crc32.HashToUInt32(bytes[..text.Length]);
        for (var i = check.Length - 1; i >= 0; i--)
        {
            check[i] = Alphabet[(int)(crc % 62)];
            crc /= 62;
        }
    }
}
