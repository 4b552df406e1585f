using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Keys;

/// <summary>One secret of a key: a key has two while a rotation's overlap lasts.</summary>
public sealed class KeyCredential
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = 32;

    // In place: an array of its own would be half as large again as all the rest.
    private readonly HashBytes _hash;
    private readonly long _expiresAtTicks;

    /// <param name="publicId">The visible part of the key text, unique, 12 base62 characters.</param>
    /// <param name="hash">HMAC-SHA-256 of the whole key text under the pepper of that version.</param>
    /// <param name="pepperVersion">Which pepper made the hash.</param>
    /// <param name="expiresAt">End of the overlap, or <see langword="null"/>.</param>
    /// <param name="isPlayground">Whether it was made for the console's playground.</param>
    /// <exception cref="ArgumentException">The hash has another length.</exception>
    public KeyCredential(string publicId, ReadOnlySpan<byte> hash, int pepperVersion, DateTimeOffset? expiresAt, bool isPlayground = false)
    {
        if (hash.Length != HashLength) throw new ArgumentException($"A key's hash has {HashLength} bytes, not {hash.Length}.", nameof(hash));
        PublicId = publicId;
        hash.CopyTo(_hash);
        PepperVersion = pepperVersion;
        _expiresAtTicks = expiresAt?.UtcTicks ?? 0;
        IsPlayground = isPlayground;
    }

    public string PublicId { get; }

    public ReadOnlySpan<byte> Hash => _hash;

    public int PepperVersion { get; }

    public bool IsPlayground { get; }

    public DateTimeOffset? ExpiresAt => _expiresAtTicks == 0 ? null : new DateTimeOffset(_expiresAtTicks, TimeSpan.Zero);

    [InlineArray(HashLength)]
    private struct HashBytes
    {
        private byte _first;
    }
}
