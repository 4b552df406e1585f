using System.Security.Cryptography;
using System.Text;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Idempotency;

/// <summary>
/// A caller's <c>Idempotency-Key</c> and what it stands for. Two requests are the same if token, method, path and the bytes of the body are.
/// Keys of one organisation's tokens do not meet another's.
/// </summary>
/// <param name="Key">As sent, 1–255 visible ASCII characters.</param>
/// <param name="Fingerprint">SHA-256 of the request.</param>
internal sealed record IdempotencyKey(string OrganisationId, string Key, byte[] Fingerprint)
{
    public const int CharsMax = 255;

    public static (IdempotencyKey? Key, Refusal? Refusal) Read(HttpRequest request, Caller caller, ReadOnlySpan<byte> body)
    {
        var sent = request.Headers["Idempotency-Key"];
        if (sent.Count == 0)
            return (null, null);
        return Of(sent.Count == 1 ? sent[0] : null, caller, request.Method, request.Path, body);
    }

    /// <param name="sent">As it came; <see langword="null"/> where it came more than once.</param>
    /// <param name="caller">Whose shelf it lies on.</param>
    /// <param name="method">With path and body: what it stands for.</param>
    /// <param name="path">As of the management API.</param>
    /// <param name="body">Its bytes.</param>
    public static (IdempotencyKey? Key, Refusal? Refusal) Of(string? sent, Caller caller, string method, string path, ReadOnlySpan<byte> body)
    {
        if (sent is not { Length: >= 1 and <= CharsMax } key || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            const string Why = "'Idempotency-Key' must be given once, as 1 to 255 visible ASCII characters.";
            return (null, new Refusal(ErrorCodes.InvalidHeader, Why, [new("Idempotency-Key", ErrorCodes.InvalidHeader, Why)]));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{caller.ActorId}\n{method}\n{path}\n"));
        hash.AppendData(body);
        // Somebody in no organisation yet has a shelf of their own.
        return (new IdempotencyKey(caller.OrganisationId.Length > 0 ? caller.OrganisationId : caller.ActorId, key, hash.GetHashAndReset()), null);
    }
}
