using Sluice.Gateway.Keys;

namespace Sluice.Server.Management.Invitations;

/// <summary>
/// What the link of an invitation carries: made and hashed like every key text, but without a key's prefix, because it travels in a query, where texts with
/// one are refused as leaked.
/// </summary>
internal static class InvitationToken
{
    private const string Prefix = "inv_";
    private static readonly string Hidden = KeyPrefix.Of(KeyPurpose.Setup);

    public static PlainSecret New(KeyHasher hasher, out string publicId, out byte[] hash, out int pepperVersion)
    {
        var text = KeyText.Create(KeyPurpose.Setup, out publicId).Reveal();
        hash = hasher.Hash(text, out pepperVersion);
        return new PlainSecret(Prefix + text[Hidden.Length..]);
    }

    /// <summary>The whole text that was hashed, and by what it is found; <see langword="null"/> for what cannot be a token.</summary>
    public static (string Text, string PublicId)? Parse(string token)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var text = Hidden + token[Prefix.Length..];
        return KeyText.TryParse(text, out _, out var publicId) ? (text, publicId.ToString()) : null;
    }
}
