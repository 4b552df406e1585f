using System.Buffers;
using System.Text;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Sandbox;

/// <summary>Adds up the tokens of a prompt and keeps the beginnings of its texts, without keeping the texts.</summary>
internal struct PromptTokens
{
    /// <summary>For the role and the delimiters of a message.</summary>
    public const int PerMessage = 4;

    /// <summary>For the opening of the answer.</summary>
    public const int ForReply = 3;

    /// <summary>For an image in a message, by its <c>detail</c>; the sandbox does not fetch or decode it.</summary>
    public const int PerLowImage = 85, PerImage = 765;

    /// <summary>Longest beginning of a text that is kept, in characters.</summary>
    public const int KeptMax = 2000;

    public long Total { get; private set; }

    public void Add(int tokens) => Total += tokens;

    /// <summary>Counts a JSON string; returns its beginning.</summary>
    public string AddText(JsonSlice text)
    {
        var chars = text.RentText(out var length);
        try
        {
            Total += TokenCounter.Count(chars.AsSpan(0, length));
            var kept = Math.Min(length, KeptMax);
            if (kept > 0 && kept < length && char.IsHighSurrogate(chars[kept - 1])) kept--;
            return new string(chars, 0, kept);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    /// <summary>Counts JSON as it was sent, as schemas and tool definitions are.</summary>
    public void AddJson(JsonSlice json)
    {
        var chars = ArrayPool<char>.Shared.Rent(json.Bytes.Length);
        try
        {
            Total += TokenCounter.Count(chars.AsSpan(0, Encoding.UTF8.GetChars(json.Bytes.Span, chars)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }
}
