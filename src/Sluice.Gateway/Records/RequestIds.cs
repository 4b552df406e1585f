using System.Security.Cryptography;

namespace Sluice.Gateway.Records;

/// <summary>
/// Makes request ids: <c>req_</c> and 26 characters of Crockford's base32, 48 bits of Unix milliseconds first, so that ids sort by time.
/// Within a process each id is greater than the one before, also when the wall clock goes back. Thread-safe and lock-free; allocates the string only.
/// </summary>
public sealed class RequestIds(TimeProvider time)
{
    /// <summary>Characters in an id, prefix included.</summary>
    public const int Length = 30;

    private const string Prefix = "req_";
    private const int CounterBits = 16;

    // Two processes that make an id in the same millisecond differ in these 64 bits.
    private readonly ulong _process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private long _last;

    public string Next()
    {
        long last, next;
        do
        {
            last = Volatile.Read(ref _last);
            // More than 65,536 in one millisecond borrow from the next.
            next = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds() << CounterBits, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        return string.Create(Length, ((ulong)next, Scatter(_process + (ulong)next)), static (text, value) =>
        {
            const string alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
            var (high, low) = value;
            Prefix.CopyTo(text);
            for (var i = Length - 1; i >= Prefix.Length; i--)
            {
                text[i] = alphabet[(int)(low & 31)];
                low = low >> 5 | high << 59;
                high >>= 5;
            }
        });
    }

    // The finaliser of SplitMix64: one to one, so that no two ids of a process share these bits either.
    private static ulong Scatter(ulong value)
    {
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
        value = (value ^ value >> 27) * 0x94D049BB133111EB;
        return value ^ value >> 31;
    }
}
