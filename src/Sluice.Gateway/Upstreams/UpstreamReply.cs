namespace Sluice.Gateway.Upstreams;

/// <summary>An upstream's answer: the head is here, the body is read piece by piece. Disposing it gives the connection back, or closes it where the body was not read to its end.</summary>
public abstract class UpstreamReply : IAsyncDisposable
{
    /// <summary>200–599; 1xx answers were skipped.</summary>
    public int Status { get; protected set; }
    /// <summary>Media type as sent, or <see langword="null"/>.</summary>
    public string? ContentType { get; protected set; }
    /// <summary>Length of the body where announced; <see langword="null"/> for chunked and close-delimited ones.</summary>
    public long? ContentLength { get; protected set; }
    public string? RetryAfter { get; protected set; }
    /// <summary>The upstream's own request id, for the operator.</summary>
    public string? UpstreamRequestId { get; protected set; }
    /// <summary>The answer came before the request had gone out: until the reply is disposed, the bytes of the request may still be read.</summary>
    public virtual bool IsSending => false;

    /// <summary>
    /// Body bytes as soon as there are any, transfer coding removed; 0 at its announced end.
    /// Throws <see cref="UpstreamException"/> (dispatched) on reset, early end, bad framing or abort.
    /// One read at a time; must not hold memory of its own while it waits.
    /// </summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer);

    public abstract ValueTask DisposeAsync();
}
