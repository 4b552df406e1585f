using System.IO.Hashing;
using System.Text;

namespace Sluice.Gateway.Records;

/// <summary>
/// Strings for bytes seen before: records repeat their keys, models and endpoints. A fixed table in which a newcomer takes the place of the
/// one before. Not thread-safe.
/// </summary>
internal sealed class TextCache
{
    private const int Size = 1024;

    private readonly string?[] _texts = new string?[Size];

    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return "";
        ref var place = ref _texts[(int)(XxHash3.HashToUInt64(bytes) & Size - 1)];
        // Text beyond ASCII is rare here and simply made anew.
        if (place is { } known && Ascii.Equals(bytes, known)) return known;
        return place = Encoding.UTF8.GetString(bytes);
    }
}
