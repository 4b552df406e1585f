using System.Security.Cryptography;

namespace Sluice.Gateway.Keys;

/// <summary>
/// Hashes key texts with HMAC-SHA-256 under a pepper. Fast on purpose: 190 random bits cannot be guessed at any speed,
/// and the pepper makes a stolen table useless and a planted row worthless.
/// </summary>
public sealed class KeyHasher(Peppers peppers)
{
    /// <summary>Hashes a new key text for keeping.</summary>
    /// <param name="keyText">The whole text, as made by <see cref="KeyText.Create"/>.</param>
    /// <param name="pepperVersion">To be kept with the hash.</param>
    /// <exception cref="ArgumentException">The text has not the form of a key.</exception>
    public byte[] Hash(string keyText, out int pepperVersion)
    {
        if (!KeyText.TryParse(keyText, out _, out _)) throw new ArgumentException("The text does not have the form of a key.", nameof(keyText));
        pepperVersion = peppers.CurrentVersion;
        var hash = new byte[HMACSHA256.HashSizeInBytes];
        Compute(peppers.Current, keyText, hash);
        return hash;
    }

    /// <summary>Whether <paramref name="hash"/> belongs to <paramref name="keyText"/>. Takes the same time whichever byte differs. Never throws, never allocates.</summary>
    /// <param name="keyText">What the caller sent; anything longer than a key text is refused.</param>
    /// <param name="hash">As kept.</param>
    /// <param name="pepperVersion">As kept; a version that is not known here is refused.</param>
    public bool Verify(ReadOnlySpan<char> keyText, ReadOnlySpan<byte> hash, int pepperVersion)
    {
        if (keyText.Length > KeyText.LengthMax || !peppers.TryGet(pepperVersion, out var pepper)) return false;
        foreach (var c in keyText)
            if (c > 0x7f) return false;
        Span<byte> computed = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(pepper, keyText, computed);
        return CryptographicOperations.FixedTimeEquals(computed, hash);
    }

    private static void Compute(ReadOnlySpan<byte> pepper, ReadOnlySpan<char> keyText, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[KeyText.LengthMax];
        for (var i = 0; i < keyText.Length; i++) bytes[i] = (byte)keyText[i];
        HMACSHA256.HashData(pepper, bytes[..keyText.Length], hash);
        CryptographicOperations.ZeroMemory(bytes);
    }
}
