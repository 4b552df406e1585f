namespace Sluice.Gateway.Upstreams;

/// <summary>How a call to an upstream can fail, other than by an answer with an error status.</summary>
public enum UpstreamFailure
{
    None,
    NameNotResolved,
    ForbiddenAddress,
    ConnectRefused,
    ConnectTimeout,
    Tls,
    FirstByteTimeout,
    IdleTimeout,
    /// <summary>The connection was reset or closed before the answer was complete.</summary>
    Truncated,
    /// <summary>The answer breaks HTTP or its announced framing.</summary>
    Protocol,
    /// <summary>The answer's head, or one event of a stream, is larger than allowed.</summary>
    TooLarge,
    /// <summary>The caller left.</summary>
    CallerLeft,
    /// <summary>This node is shutting down.</summary>
    Draining,
    /// <summary>The key that the call was made with may no longer be used.</summary>
    KeyEnded,
}

/// <summary>Thrown by a transport; the message is for the operator and never holds a secret or bytes of the body.</summary>
/// <param name="dispatched">Whether any byte of the request may have reached the upstream: if not, another attempt is always safe.</param>
public sealed class UpstreamException(UpstreamFailure failure, bool dispatched, string message, Exception? inner = null)
    : IOException(message, inner)
{
    public UpstreamFailure Failure { get; } = failure;
    public bool Dispatched { get; } = dispatched;
}
