using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Stages;

/// <summary>Whose key is this, and may it be used now? Takes <c>Authorization: Bearer</c>, <c>api-key</c> and <c>x-api-key</c>; every rule holds for each of them.</summary>
public sealed class Authenticate(KeyTable keys, KeyHasher hasher, VerifiedKeys verified) : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        var request = exchange.Http.Request;
        if (request.QueryString.HasValue && HoldsKey(request.QueryString.Value!)) return Refuse(new(ErrorCodes.KeyInQuery));
        if (Sent(request.Headers, out var text) is { } refusal) return Refuse(refusal);
        if (!KeyText.TryParse(text, out var purpose, out var publicId))
            return Refuse(new(ErrorCodes.InvalidApiKey, "Its form or its checksum is wrong; copy it again, whole and without blanks."));
        if (purpose is not (KeyPurpose.Test or KeyPurpose.Live))
            return Refuse(new(ErrorCodes.InvalidApiKey, "This is a management, session or set-up token; model calls need an API key, which the management API creates."));
        if (!keys.TryFind(publicId, out var key, out var credential) || !IsSecretOf(credential, text, request.Headers.Authorization))
            return Refuse(new(ErrorCodes.UnknownApiKey, "It may have been deleted, or belongs to another installation."));

        // From here on the caller is known: a refusal is recorded under the key.
        exchange.Key = key;
        var now = exchange.StartedAt;
        if (key.RevokedAt is { } revoked) return Refuse(new(ErrorCodes.RevokedApiKey, $"That was at {Instant(revoked)}. Ask its owner for a new one."));
        if (!key.Enabled) return Refuse(new(ErrorCodes.DisabledApiKey, "Its owner can enable it again."));
        if (key.ExpiresAt <= now) return Refuse(new(ErrorCodes.ExpiredApiKey, $"That was at {Instant(key.ExpiresAt.Value)}. Ask its owner for a new one."));
        if (credential.ExpiresAt <= now) return Refuse(new(ErrorCodes.ExpiredApiKey, $"It was rotated, and the overlap ended at {Instant(credential.ExpiresAt.Value)}. Use the new secret."));
        return Pass;
    }

    private bool IsSecretOf(KeyCredential credential, ReadOnlySpan<char> text, StringValues authorization)
    {
        var header = authorization.Count == 1 ? authorization[0] : null;
        if (header is not null && verified.Knows(header, credential)) return true;
        if (!hasher.Verify(text, credential.Hash.Span, credential.PepperVersion)) return false;
        if (header is not null) verified.Remember(header, credential);
        return true;
    }

    /// <summary>The one key that was sent, wherever it was put.</summary>
    private static Refusal? Sent(IHeaderDictionary headers, out ReadOnlySpan<char> key)
    {
        key = default;
        if (Take(headers.Authorization, bearer: true, ref key) is { } first) return first;
        if (headers.TryGetValue("api-key", out var apiKey) && Take(apiKey, bearer: false, ref key) is { } second) return second;
        if (headers.TryGetValue("x-api-key", out var xApiKey) && Take(xApiKey, bearer: false, ref key) is { } third) return third;
        return key.IsEmpty ? new(ErrorCodes.MissingApiKey) : null;
    }

    private static Refusal? Take(StringValues header, bool bearer, ref ReadOnlySpan<char> key)
    {
        if (header.Count == 0) return null;
        if (header.Count > 1) return new(ErrorCodes.ConflictingCredentials);
        var text = header.ToString().AsSpan().Trim();
        if (bearer)
        {
            const string scheme = "Bearer ";
            if (!text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return text.IsEmpty ? null : new(ErrorCodes.MissingApiKey, "The Authorization header has another scheme than Bearer.");
            text = text[scheme.Length..].Trim();
        }

        if (text.IsEmpty) return null;
        if (!key.IsEmpty && !key.SequenceEqual(text)) return new(ErrorCodes.ConflictingCredentials);
        key = text;
        return null;
    }

    private static bool HoldsKey(string query) => query.Contains("sk-slc_", StringComparison.OrdinalIgnoreCase);

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
