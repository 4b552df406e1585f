using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Stages;

/// <summary>Whose key is this, and may it be used now? Takes <c>Authorization: Bearer</c>, <c>api-key</c> and <c>x-api-key</c>; every rule holds for each of them.</summary>
public sealed class Authenticate(KeyTable keys, KeyLookups lookups, KeyHasher hasher, VerifiedKeys verified) : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        var request = exchange.Http.Request;
        if (request.QueryString.HasValue && HoldsKey(request.QueryString.Value!)) return Refuse(new(ErrorCodes.KeyInQuery));
        if (Sent(request.Headers, out var text) is { } refusal) return Refuse(refusal);
        if (!KeyText.TryParse(text, out var purpose, out var publicId))
            return Refuse(new(ErrorCodes.InvalidApiKey, "Its form or its checksum is wrong; copy it again, whole and without blanks."));
        if (purpose is not (KeyPurpose.Test or KeyPurpose.Live or KeyPurpose.Playground))
            return Refuse(new(ErrorCodes.InvalidApiKey, "This is a management, session or set-up token; model calls need an API key, which the management API creates."));
        if (keys.TryFind(publicId, out var key, out var credential)) return new(Judge(exchange, key, credential, text));
        // Only in the first seconds after a start: the key may exist without having been read in yet.
        if (!keys.IsComplete) return LookUpAsync(exchange, text.ToString(), publicId.ToString());
        // It may have come in between the two questions.
        return keys.TryFind(publicId, out key, out credential) ? new(Judge(exchange, key, credential, text)) : Refuse(KeyStanding.Unknown);
    }

    private Refusal? Judge(Exchange exchange, ApiKey key, KeyCredential credential, ReadOnlySpan<char> text)
    {
        if (!IsSecretOf(credential, text, exchange.Http.Request.Headers.Authorization)) return KeyStanding.Unknown;
        // From here on the caller is known: a refusal is recorded under the key.
        exchange.Key = key;
        return KeyStanding.RefusalOf(key, exchange.StartedAt) ?? KeyStanding.RefusalOf(credential, exchange.StartedAt);
    }

    private async ValueTask<Refusal?> LookUpAsync(Exchange exchange, string text, string publicId)
    {
        switch (await lookups.LookUpAsync(publicId, exchange.Http.RequestAborted))
        {
            case KeyLookup.Unknown:
                return KeyStanding.Unknown;
            case KeyLookup.TooMany:
                return new(ErrorCodes.Overloaded, "It has just started, and keys that it does not know yet are looked up one after the other.") { RetryAfter = TimeSpan.FromSeconds(1) };
            case KeyLookup.Unavailable:
                return new(ErrorCodes.StorageUnavailable, "Whether this key is known cannot be told until it does.") { RetryAfter = TimeSpan.FromSeconds(2) };
            default:
                // Again: it may have come in since the first look.
                return keys.TryFind(publicId, out var key, out var credential) ? Judge(exchange, key, credential, text) : KeyStanding.Unknown;
        }
    }

    private bool IsSecretOf(KeyCredential credential, ReadOnlySpan<char> text, StringValues authorization)
    {
        var header = authorization.Count == 1 ? authorization[0] : null;
        if (header is not null && verified.Knows(header, credential)) return true;
        if (!hasher.Verify(text, credential.Hash, credential.PepperVersion)) return false;
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
}
