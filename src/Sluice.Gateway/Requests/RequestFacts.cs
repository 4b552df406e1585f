namespace Sluice.Gateway.Requests;

/// <summary>A run of bytes within the body.</summary>
public readonly record struct ByteRange(int Start, int Length)
{
    public int End => Start + Length;
    public bool Exists => Length > 0;
}

/// <summary>What the gateway reads of a body. Everything else goes through unread.</summary>
public struct RequestFacts
{
    /// <summary>The model asked for, at most <see cref="ModelNameMax"/> characters.</summary>
    public string Model;
    /// <summary>The token that holds it, quotes included.</summary>
    public ByteRange ModelToken;
    public bool Stream;
    /// <summary>The value of <c>stream_options</c>, if it is an object.</summary>
    public ByteRange StreamOptions;
    /// <summary>The value of <c>stream_options.include_usage</c>.</summary>
    public ByteRange IncludeUsageToken;
    public bool IncludeUsage;
    /// <summary>The token <c>null</c> where <c>stream_options</c> is null.</summary>
    public ByteRange StreamOptionsNull;
    /// <summary>Longest answer asked for, tokens; 0 where not said.</summary>
    public long MaxTokens;
    /// <summary>How many answers are asked for.</summary>
    public int Choices;
    /// <summary>Just behind the body's opening brace.</summary>
    public int FirstMember;

    public const int ModelNameMax = 128;
}
