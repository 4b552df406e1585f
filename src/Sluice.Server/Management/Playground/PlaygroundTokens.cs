using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Playground;

/// <summary>Secrets of keys for the console's playground: for some minutes, and not among the key's own.</summary>
internal static class PlaygroundTokens
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Of one key and person at once; with one more, the oldest ends.</summary>
    public const int LiveMax = 5;

    private const string IdPrefix = ObjectId.PlaygroundSession + "_";

    public static string IdOf(KeyCredentialRow row) => IdPrefix + row.PublicId;

    /// <summary>The visible part of the token that an id stands for; one that no token has, where it stands for none.</summary>
    public static string PublicIdOf(string id) => id.StartsWith(IdPrefix, StringComparison.Ordinal) ? id[IdPrefix.Length..] : "";

    /// <param name="madeWith">The session or management token that it ends with.</param>
    public static PlainSecret New(KeyHasher hasher, string keyId, string organisationId, string madeBy, string? madeWith, DateTimeOffset now, out KeyCredentialRow row)
    {
        var token = KeyText.Create(KeyPurpose.Playground, out var publicId);
        var text = token.Reveal();
        row = new KeyCredentialRow
        {
            PublicId = publicId,
            KeyId = keyId,
            OrganisationId = organisationId,
            Hash = hasher.Hash(text, out var pepperVersion),
            PepperVersion = pepperVersion,
            LastFour = text[^4..],
            CreatedAtMs = now.ToUnixTimeMilliseconds(),
            ExpiresAtMs = now.Add(Lifetime).ToUnixTimeMilliseconds(),
            Purpose = KeyCredentialPurposes.Playground,
            MadeBy = madeBy,
            MadeWith = madeWith,
        };
        return token;
    }

    /// <summary>Ends those of a key. The caller says that the key has changed.</summary>
    /// <param name="exceptMadeBy">Whose stay; <see langword="null"/> for nobody's.</param>
    public static async Task EndOfKeyAsync(OperationCall call, string keyId, string? exceptMadeBy = null)
    {
        foreach (var row in await call.Data.PlaygroundCredentials.Where(c => c.KeyId == keyId && c.ExpiresAtMs > call.NowMs && c.MadeBy != exceptMadeBy).ToListAsync(call.CancellationToken))
            row.ExpiresAtMs = call.NowMs;
    }
}
