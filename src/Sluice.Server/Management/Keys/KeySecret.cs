using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>Makes secrets of keys: the text goes to the caller once, the hash into the row.</summary>
internal static class KeySecret
{
    public static KeyPurpose Purpose(string kind) => kind is KeyKinds.Test ? KeyPurpose.Test : KeyPurpose.Live;

    public static PlainSecret New(KeyHasher hasher, KeyRow key, long nowMs, out KeyCredentialRow credential)
    {
        var secret = KeyText.Create(Purpose(key.Kind), out var publicId);
        var text = secret.Reveal();
        credential = new KeyCredentialRow
        {
            PublicId = publicId,
            KeyId = key.Id,
            OrganisationId = key.OrganisationId,
            Hash = hasher.Hash(text, out var pepperVersion),
            PepperVersion = pepperVersion,
            LastFour = text[^4..],
            CreatedAtMs = nowMs,
        };
        return secret;
    }
}
