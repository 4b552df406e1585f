using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Secrets;

/// <summary>The secret that calls with a key are signed with. Sealed with the key's id bound in: in another key's row it does not open.</summary>
public static class SigningSecret
{
    public const string Prefix = "slcsig_";
    private const int Bytes = 32;
    private static readonly Uri Origin = new("sluice://keys");

    public static PlainSecret New() => new(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    public static byte[] Seal(SecretSealer sealer, string keyId, PlainSecret secret) => sealer.Seal(secret, keyId, SecretFields.KeySigningSecret, Origin);

    public static bool TryOpen(SecretSealer sealer, string keyId, ReadOnlySpan<byte> box, [NotNullWhen(true)] out PlainSecret? secret) =>
        sealer.TryOpen(box, keyId, SecretFields.KeySigningSecret, Origin, out secret);
}
