namespace Sluice.Gateway.Upstreams;

/// <summary>One way to reach an upstream. Bodies: <c>Http1/</c> (plain HTTP/1.1, ours), <c>SocketsHttp/</c> (TLS and everything else), <c>Sandbox/</c> (in process).</summary>
public interface IUpstreamTransport : IAsyncDisposable
{
    /// <summary>
    /// Connects, sends, and returns when the answer's head is in. The transport enforces the connect timeout itself; the first-byte and idle
    /// deadlines are the caller's, who cuts through <see cref="UpstreamCall.Abort"/>. Throws <see cref="UpstreamException"/> only.
    /// </summary>
    ValueTask<UpstreamReply> SendAsync(UpstreamCall call);
}
