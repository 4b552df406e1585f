using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// Generated text without its body: a short head of its own, then a stretch of a <see cref="SentenceRing"/>. An open stream holds the
/// head and a position, however long the answer.
/// </summary>
/// <param name="Head">What is special about this answer.</param>
/// <param name="Ring">What follows the head; <see langword="null"/> if nothing does.</param>
/// <param name="Start">Where in the ring it goes on.</param>
/// <param name="Length">Characters in all.</param>
/// <param name="Tokens">Tokens of all of it.</param>
internal readonly record struct SandboxText(string Head, SentenceRing? Ring, int Start, int Length, int Tokens)
{
    public static readonly SandboxText Empty = new("", null, 0, 0, 0);

    public static SandboxText Of(string text) => new(text, null, 0, text.Length, TokenCounter.Count(text));

    /// <summary>Head and sentences, at most <paramref name="tokensMax"/> tokens.</summary>
    /// <param name="sentences">Sentences after the head, where no exact length is wanted.</param>
    /// <param name="tokensWanted">Exact length in tokens, or <see langword="null"/>.</param>
    /// <param name="cut">Whether <paramref name="tokensMax"/> ended it.</param>
    public static SandboxText Compose(string head, SentenceRing ring, ulong seed, int sentences, int? tokensWanted, long tokensMax, out bool cut)
    {
        var headTokens = TokenCounter.Count(head);
        var end = (int)Math.Min(tokensWanted ?? int.MaxValue, tokensMax);
        if (headTokens >= end)
        {
            cut = (tokensWanted ?? headTokens) > tokensMax;
            var (length, kept) = CutAt(head, end);
            return new(head, ring, 0, length, kept);
        }

        var first = (int)(seed % (ulong)ring.Count);
        var (chars, tokens) = (head.Length, headTokens);
        for (var i = 0; tokensWanted is not null || i < sentences; i++)
        {
            var next = ring.TokensOf(first + i);
            if (tokens + next <= end)
            {
                chars += ring[first + i].Length;
                tokens += next;
                continue;
            }

            if (tokens < end)
            {
                var (length, kept) = CutAt(ring[first + i].ToString(), end - tokens);
                chars += length;
                tokens += kept;
            }

            cut = (tokensWanted ?? int.MaxValue) > tokensMax;
            return new(head, ring, ring.StartOf(first), chars, tokens);
        }

        cut = false;
        return new(head, ring, ring.StartOf(first), chars, tokens);
    }

    /// <summary>The text before the first of <paramref name="stops"/>, if any is in it.</summary>
    public SandboxText BeforeStop(IReadOnlyList<string> stops, out bool stopped)
    {
        stopped = false;
        if (stops.Count == 0) return this;
        var text = ToString();
        var first = -1;
        foreach (var stop in stops)
        {
            var at = stop.Length == 0 ? -1 : text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first)) first = at;
        }

        if (first < 0) return this;
        stopped = true;
        return this with { Length = first, Tokens = TokenCounter.Count(text.AsSpan(0, first)) };
    }

    /// <summary>At most <paramref name="tokensMax"/> tokens of <paramref name="text"/>.</summary>
    public static SandboxText Limit(string text, long tokensMax, out bool cut)
    {
        var tokens = TokenCounter.Count(text);
        cut = tokens > tokensMax;
        if (!cut) return new(text, null, 0, text.Length, tokens);
        var (length, kept) = CutAt(text, (int)tokensMax);
        return new(text, null, 0, length, kept);
    }

    /// <summary>Fills <paramref name="destination"/> from <paramref name="position"/> on; returns how much there was.</summary>
    public int CopyTo(Span<char> destination, int position)
    {
        destination = destination[..Math.Min(destination.Length, Length - position)];
        var fromHead = Math.Clamp(Head.Length - position, 0, destination.Length);
        if (fromHead > 0) Head.AsSpan(position, fromHead).CopyTo(destination);
        if (fromHead < destination.Length) Ring!.CopyTo(destination[fromHead..], Start, position + fromHead - Head.Length);
        return destination.Length;
    }

    /// <summary>Characters of the next piece to be streamed: about a token, never half a surrogate pair; 0 at the end.</summary>
    public int PieceAt(int position)
    {
        Span<char> window = stackalloc char[TextPieces.PieceMax + 1];
        return TextPieces.First(window[..CopyTo(window, position)]);
    }

    public void WriteTo(PooledBytes to, int position, int length)
    {
        Span<char> window = stackalloc char[256];
        while (length > 0)
        {
            var part = CopyTo(window[..Math.Min(window.Length, length)], position);
            if (part < length && part > 1 && char.IsHighSurrogate(window[part - 1])) part--;
            to.Inner(window[..part]);
            position += part;
            length -= part;
        }
    }

    public override string ToString() => string.Create(Length, this, static (destination, text) => text.CopyTo(destination, 0));

    private static (int Length, int Tokens) CutAt(string text, int tokensMax)
    {
        if (tokensMax <= 0) return (0, 0);
        var length = TokenCounter.IndexOfToken(text, tokensMax, out var tokens);
        if (length > 0 && char.IsHighSurrogate(text[length - 1])) length--;
        return (length, tokens);
    }
}
