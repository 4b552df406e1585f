using System.Buffers;
using System.IO.Hashing;
using System.Text.Json;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// The number everything deterministic is derived from: a hash of what the request says. White space, the order of members, the way
/// strings are escaped, and whether the answer is streamed make no difference.
/// </summary>
internal static class RequestSeed
{
    /// <summary>Reads the whole body, so that it is known to be well-formed JSON afterwards.</summary>
    /// <exception cref="JsonException">It is not.</exception>
    public static ulong Of(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 64 });
        reader.Read();
        var seed = Value(ref reader, root: true);
        if (reader.Read()) throw new JsonException();
        return seed;
    }

    /// <summary>Another number from the same seed (SplitMix64).</summary>
    public static ulong Derive(ulong seed, ulong salt)
    {
        var z = seed + (salt + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static ulong Value(ref Utf8JsonReader reader, bool root)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = 0x4F62UL;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var skipped = root && (reader.ValueTextEquals("stream"u8) || reader.ValueTextEquals("stream_options"u8));
                    var name = String(ref reader);
                    reader.Read();
                    var value = Value(ref reader, root: false);
                    if (!skipped) members += Derive(name, value);
                }

                return Derive(members, 1);
            case JsonTokenType.StartArray:
                var items = 0x4172UL;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items = Derive(items, Value(ref reader, root: false));
                return Derive(items, 2);
            case JsonTokenType.String:
                return String(ref reader);
            default:
                return XxHash3.HashToUInt64(reader.ValueSpan, (long)reader.TokenType);
        }
    }

    private static ulong String(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return XxHash3.HashToUInt64(reader.ValueSpan);
        var unescaped = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            return XxHash3.HashToUInt64(unescaped.AsSpan(0, reader.CopyString(unescaped)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(unescaped);
        }
    }
}
