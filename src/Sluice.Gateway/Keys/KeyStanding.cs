using System.Globalization;
using Sluice.Contracts.Errors;

namespace Sluice.Gateway.Keys;

/// <summary>Whether a key may be used at all.</summary>
public static class KeyStanding
{
    public static Refusal Unknown => new(ErrorCodes.UnknownApiKey, "It may have been deleted, or belongs to another installation.");

    /// <summary>Why it may not, or <see langword="null"/>.</summary>
    public static Refusal? RefusalOf(ApiKey key, DateTimeOffset now)
    {
        if (key.RevokedAt is { } revoked) return new(ErrorCodes.RevokedApiKey, $"That was at {Instant(revoked)}. Ask its owner for a new one.");
        if (!key.Enabled) return new(ErrorCodes.DisabledApiKey, "Its owner can enable it again.");
        if (key.ExpiresAt <= now) return new(ErrorCodes.ExpiredApiKey, $"That was at {Instant(key.ExpiresAt.Value)}. Ask its owner for a new one.");
        return null;
    }

    /// <summary>Why one secret of a key that may be used may not.</summary>
    public static Refusal? RefusalOf(KeyCredential credential, DateTimeOffset now)
        => credential.ExpiresAt <= now ? new(ErrorCodes.ExpiredApiKey, credential.IsPlayground
            ? $"It was a playground's, which ended at {Instant(credential.ExpiresAt.Value)}. Open the playground again."
            : $"It was rotated, and the overlap ended at {Instant(credential.ExpiresAt.Value)}. Use the new secret.") : null;

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
