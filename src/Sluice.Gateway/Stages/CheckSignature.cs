using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Signing;

namespace Sluice.Gateway.Stages;

/// <summary>Where the key asks for it: is the call signed, not long ago, and not one that was seen before? Other keys' signatures are not looked at.</summary>
public sealed class CheckSignature(NonceMemory nonces) : Stage
{
    public const string TimestampHeader = "x-sluice-timestamp";
    public const string NonceHeader = "x-sluice-nonce";
    public const string SignatureHeader = "x-sluice-signature";

    private const int NonceMin = 16;
    private const int NonceMax = 64;
    private const int TimestampMax = 12;
    private const string Version = "v1=";
    private const int SignatureBytes = 32;

    private static readonly SearchValues<char> NonceCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    // Hashing a large body takes long enough to be felt by others on an I/O thread; ReadRequest has left that thread for such a body.
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
        => exchange.Key!.Signing is { } secret && RefusalOf(exchange, secret) is { } refusal ? Refuse(refusal) : Pass;

    private Refusal? RefusalOf(Exchange exchange, PlainSecret secret)
    {
        var request = exchange.Http.Request;
        if (Header(request.Headers, TimestampHeader, out var timestampText) is { } noTimestamp) return noTimestamp;
        if (Header(request.Headers, NonceHeader, out var nonce) is { } noNonce) return noNonce;
        if (Header(request.Headers, SignatureHeader, out var signatureText) is { } noSignature) return noSignature;

        if (timestampText.Length > TimestampMax || !long.TryParse(timestampText, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp))
            return Invalid($"'{TimestampHeader}' must be the Unix time in whole seconds.");
        if (nonce.Length is < NonceMin or > NonceMax || nonce.AsSpan().IndexOfAnyExcept(NonceCharacters) >= 0)
            return Invalid($"'{NonceHeader}' must have {NonceMin} to {NonceMax} characters of A-Z, a-z, 0-9, '_' and '-'.");
        Span<byte> signature = stackalloc byte[SignatureBytes];
        if (signatureText.Length != Version.Length + SignatureBytes * 2 || !signatureText.StartsWith(Version, StringComparison.Ordinal)
            || Convert.FromHexString(signatureText.AsSpan(Version.Length), signature, out _, out _) != OperationStatus.Done)
            return Invalid($"'{SignatureHeader}' must be '{Version}' and 64 hex digits.");

        var away = timestamp - exchange.StartedAt.ToUnixTimeSeconds();
        if (away is < -NonceMemory.WindowSeconds or > NonceMemory.WindowSeconds)
            return Expired(string.Create(CultureInfo.InvariantCulture, $"It is {Math.Abs(away)} s {(away < 0 ? "behind" : "ahead of")} this server's clock; at most {NonceMemory.WindowSeconds} are allowed. Set the clock, and sign each attempt anew."));
        if (!CallSignature.Verify(signature, secret, timestampText, nonce, request.Method, Target(exchange.Http), exchange.Body.Memory.Span))
            return Invalid("It is not the one that this key's signing secret gives for this timestamp, nonce, method, path with query, and body.");
        return nonces.Use(exchange.Key!.Id, nonce, timestamp) switch
        {
            NonceVerdict.Fresh => null,
            NonceVerdict.Replayed => new(ErrorCodes.SignatureReplayed, "Use a new random nonce for each attempt, retries included."),
            // What was signed before is not known here to be no replay: the nonces of the process before went with it.
            NonceVerdict.TooOld => Expired("This server started after that, or its clock was set back. Sign each attempt anew."),
            _ => new(ErrorCodes.Overloaded, "Too many signed calls came in the last minutes to remember them all, and none may be forgotten.") { RetryAfter = TimeSpan.FromSeconds(5) },
        };
    }

    private static Refusal? Header(IHeaderDictionary headers, string name, out string value)
    {
        value = "";
        if (!headers.TryGetValue(name, out var values) || values.Count == 0) return new(ErrorCodes.SignatureRequired, $"The header '{name}' is missing.");
        if (values.Count > 1) return Invalid($"The header '{name}' was sent more than once.");
        value = values[0] ?? "";
        return value.Length == 0 ? new(ErrorCodes.SignatureRequired, $"The header '{name}' is empty.") : null;
    }

    private static Refusal Invalid(string detail) => new(ErrorCodes.SignatureInvalid, detail);

    private static Refusal Expired(string detail) => new(ErrorCodes.SignatureExpired, detail);

    /// <summary>Path and query as they came, before any decoding. A request line with a whole URL is signed by what follows the authority.</summary>
    private static ReadOnlySpan<char> Target(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        var authority = target.IndexOf("://");
        if (target.StartsWith("/") || authority < 0) return target;
        target = target[(authority + 3)..];
        var path = target.IndexOf('/');
        return path < 0 ? "/" : target[path..];
    }
}
