using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Signing;

/// <summary>
/// The signature of a call: HMAC-SHA-256, keyed with the UTF-8 bytes of the signing secret, over
/// <c>v1\n{timestamp}\n{nonce}\n{METHOD}\n{path and query as sent}\n{hex SHA-256 of the body}</c>.
/// </summary>
internal static class CallSignature
{
    private const int HexLength = SHA256.HashSizeInBytes * 2;

    /// <summary>Whether <paramref name="signature"/> is that of the call. Takes the same time whichever byte differs.</summary>
    /// <param name="signature">32 bytes.</param>
    public static bool Verify(ReadOnlySpan<byte> signature, PlainSecret secret, string timestamp, string nonce, string method, ReadOnlySpan<char> target, ReadOnlySpan<byte> body)
    {
        Span<byte> computed = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(secret, timestamp, nonce, method, target, body, computed);
        return CryptographicOperations.FixedTimeEquals(computed, signature);
    }

    private static void Compute(PlainSecret secret, string timestamp, string nonce, string method, ReadOnlySpan<char> target, ReadOnlySpan<byte> body, Span<byte> mac)
    {
        Span<byte> bodyHash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, bodyHash);
        Span<char> bodyHex = stackalloc char[HexLength];
        Convert.TryToHexStringLower(bodyHash, bodyHex, out _);

        var key = secret.Reveal();
        var keyMax = Encoding.UTF8.GetMaxByteCount(key.Length);
        var rented = ArrayPool<byte>.Shared.Rent(keyMax + Encoding.UTF8.GetMaxByteCount(target.Length) + timestamp.Length + nonce.Length + method.Length + HexLength + 7);
        var keyLength = Encoding.UTF8.GetBytes(key, rented);
        var message = rented.AsSpan(keyMax);
        var length = 0;
        Append(message, ref length, "v1\n");
        Append(message, ref length, timestamp);
        Append(message, ref length, "\n");
        Append(message, ref length, nonce);
        Append(message, ref length, "\n");
        Append(message, ref length, method);
        Append(message, ref length, "\n");
        Append(message, ref length, target);
        Append(message, ref length, "\n");
        Append(message, ref length, bodyHex);
        HMACSHA256.HashData(rented.AsSpan(0, keyLength), message[..length], mac);
        CryptographicOperations.ZeroMemory(rented.AsSpan(0, keyLength));
        ArrayPool<byte>.Shared.Return(rented);
    }

    private static void Append(Span<byte> message, ref int length, ReadOnlySpan<char> text) => length += Encoding.UTF8.GetBytes(text, message[length..]);
}
