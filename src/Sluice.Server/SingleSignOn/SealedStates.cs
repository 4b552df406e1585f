using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Sluice.Server.Secrets;

namespace Sluice.Server.SingleSignOn;

/// <summary>
/// Seals what goes through the browser during a sign-in (state, nonce) under a key that is derived from the installation's own, so that every node can open it
/// and nothing has to be kept. AES-256-GCM; each purpose has a key of its own.
/// </summary>
internal sealed class SealedStates : IDataProtectionProvider, IDataProtector
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key;

    public SealedStates(KeyMaterial material) : this(material.Derive("oidc-states"))
    {
    }

    private SealedStates(byte[] key) => _key = key;

    public IDataProtector CreateProtector(string purpose) => new SealedStates(HKDF.Expand(HashAlgorithmName.SHA256, _key, 32, Encoding.UTF8.GetBytes(purpose)));

    public byte[] Protect(byte[] plaintext)
    {
        var box = new byte[NonceBytes + plaintext.Length + TagBytes];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plaintext, box.AsSpan(NonceBytes, plaintext.Length), box.AsSpan(NonceBytes + plaintext.Length));
        return box;
    }

    /// <exception cref="CryptographicException">It was not made here, or was changed.</exception>
    public byte[] Unprotect(byte[] protectedData)
    {
        if (protectedData.Length < NonceBytes + TagBytes) throw new CryptographicException("What came back is too short.");
        var length = protectedData.Length - NonceBytes - TagBytes;
        var plain = new byte[length];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Decrypt(protectedData.AsSpan(0, NonceBytes), protectedData.AsSpan(NonceBytes, length), protectedData.AsSpan(NonceBytes + length), plain);
        return plain;
    }
}
