using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Sluice.Server.Accounts;

/// <summary>One-time codes by RFC 6238: SHA-1, six digits, 30 seconds, which is what every authenticator app does. Identity's own goes by the machine's clock.</summary>
internal static class Totp
{
    public const int CodeDigits = 6;
    private const int StepSeconds = 30;
    private const int SecretBytes = 20;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A new secret in base 32.</summary>
    public static string NewSecret()
    {
        var bytes = RandomNumberGenerator.GetBytes(SecretBytes);
        return string.Create(SecretBytes * 8 / 5, bytes, static (span, from) =>
        {
            var (bits, held, at) = (0, 0, 0);
            foreach (var b in from)
            {
                (bits, held) = ((bits << 8) | b, held + 8);
                for (; held >= 5; held -= 5)
                    span[at++] = Base32[(bits >> (held - 5)) & 31];
                bits &= (1 << held) - 1;
            }
        });
    }

    public static long StepAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The step that a code belongs to: the current one or a neighbour of it, and later than the last one used; else <see langword="null"/>.</summary>
    public static long? StepOf(string secret, string code, DateTimeOffset now, long? lastUsed)
    {
        if (code.Length != CodeDigits)
            return null;
        long? found = null;
        var current = StepAt(now);
        for (var step = current - 1; step <= current + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(code), System.Text.Encoding.ASCII.GetBytes(CodeAt(secret, step))) && step > (lastUsed ?? long.MinValue))
                found = step;
        }

        return found;
    }

    public static string CodeAt(string secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 6238 as the apps have it; HMAC does not lean on what SHA-1 lost.
        HMACSHA1.HashData(Decode(secret), counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xF)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>What an app reads from a QR code.</summary>
    public static string Uri(string secret, string account) =>
        $"otpauth://totp/Sluice:{System.Uri.EscapeDataString(account)}?secret={secret}&issuer=Sluice&algorithm=SHA1&digits={CodeDigits}&period={StepSeconds}";

    private static byte[] Decode(string secret)
    {
        var bytes = new byte[secret.Length * 5 / 8];
        var (bits, held, at) = (0, 0, 0);
        foreach (var c in secret)
        {
            (bits, held) = ((bits << 5) | Base32.IndexOf(c, StringComparison.Ordinal), held + 5);
            if (held < 8)
                continue;
            bytes[at++] = (byte)(bits >> (held - 8));
            (bits, held) = (bits & ((1 << (held - 8)) - 1), held - 8);
        }

        return bytes;
    }
}
