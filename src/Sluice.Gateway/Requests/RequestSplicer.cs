namespace Sluice.Gateway.Requests;

/// <summary>Puts the upstream's model name and the wish for usage into a body without touching the rest of it.</summary>
public static class RequestSplicer
{
    private static readonly byte[] Member = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();
    private static readonly byte[] Object = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] Inner = "\"include_usage\":true"u8.ToArray();
    private static readonly byte[] InnerComma = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] True = "true"u8.ToArray();

    /// <param name="body">The caller's bytes.</param>
    /// <param name="facts">Where in them what lies.</param>
    /// <param name="model">The upstream's name for the model as a JSON string, quotes included; empty to leave the caller's.</param>
    /// <param name="askForUsage">Ask for usage if the caller did not.</param>
    public static SplicedBody Splice(ReadOnlyMemory<byte> body, in RequestFacts facts, ReadOnlyMemory<byte> model, bool askForUsage)
    {
        var (usageAt, usage) = askForUsage && !facts.IncludeUsage ? UsageEdit(body.Span, facts) : (default, ReadOnlyMemory<byte>.Empty);
        if (model.IsEmpty) return usage.IsEmpty ? new(body) : new(body[..usageAt.Start], usage, body[usageAt.End..]);
        var modelAt = facts.ModelToken;
        if (usage.IsEmpty) return new(body[..modelAt.Start], model, body[modelAt.End..]);
        return usageAt.Start < modelAt.Start
            ? new(body[..usageAt.Start], usage, body[usageAt.End..modelAt.Start], model, body[modelAt.End..])
            : new(body[..modelAt.Start], model, body[modelAt.End..usageAt.Start], usage, body[usageAt.End..]);
    }

    private static (ByteRange At, ReadOnlyMemory<byte> Bytes) UsageEdit(ReadOnlySpan<byte> body, in RequestFacts facts)
    {
        if (facts.IncludeUsageToken.Exists) return (facts.IncludeUsageToken, True);
        if (facts.StreamOptionsNull.Exists) return (facts.StreamOptionsNull, Object);
        if (!facts.StreamOptions.Exists) return (new(facts.FirstMember, 0), Member);
        var isEmpty = body.Slice(facts.StreamOptions.Start + 1, facts.StreamOptions.Length - 2).Trim(" \t\r\n"u8).IsEmpty;
        return (new(facts.StreamOptions.Start + 1, 0), isEmpty ? Inner : InnerComma);
    }
}
