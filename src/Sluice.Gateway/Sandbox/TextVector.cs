using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// A unit vector from hashed features of a text: its words and three-letter pieces, or its characters and pairs where there are no
/// words. Texts that share them come out closer than texts that don't; meaning is not looked at.
/// </summary>
internal readonly ref struct TextVector
{
    /// <summary>Places that one feature adds to, so that short texts fill the vector.</summary>
    private const int Spread = 8;

    private readonly Span<float> _vector;

    public TextVector(Span<float> vector)
    {
        _vector = vector;
        vector.Clear();
    }

    public void Add(ReadOnlySpan<char> text)
    {
        Span<char> word = stackalloc char[32];
        for (var i = 0; i < text.Length;)
        {
            if (TextPieces.IsIdeograph(text[i]))
            {
                Feature(text.Slice(i, 1), 0.5f);
                if (i + 1 < text.Length) Feature(text.Slice(i, 2), 1);
                i++;
                continue;
            }

            if (!char.IsLetterOrDigit(text[i]))
            {
                i++;
                continue;
            }

            var length = 0;
            while (i < text.Length && char.IsLetterOrDigit(text[i]) && !TextPieces.IsIdeograph(text[i]) && length < word.Length) word[length++] = char.ToLowerInvariant(text[i++]);
            // Short words carry little.
            Feature(word[..length], length <= 3 ? 0.4f : 1.5f);
            for (var j = 0; j + 3 <= length; j++) Feature(word.Slice(j, 3), 0.4f);
        }
    }

    public void Add(long tokenId) => Feature(XxHash3.HashToUInt64(MemoryMarshal.AsBytes([tokenId]), 7), 1);

    public void Normalise()
    {
        var square = 0.0;
        foreach (var value in _vector) square += value * value;
        // A text without a single letter still is a unit vector.
        if (square == 0)
        {
            _vector[0] = 1;
            return;
        }

        var scale = (float)(1 / Math.Sqrt(square));
        for (var i = 0; i < _vector.Length; i++) _vector[i] *= scale;
    }

    private void Feature(ReadOnlySpan<char> text, float weight) => Feature(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), text.Length), weight);

    private void Feature(ulong hash, float weight)
    {
        for (var i = 0UL; i < Spread; i++)
        {
            var place = RequestSeed.Derive(hash, i);
            _vector[(int)((place >> 1) % (ulong)_vector.Length)] += (place & 1) == 0 ? weight : -weight;
        }
    }
}
