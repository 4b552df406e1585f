using Sluice.Gateway.Requests;

namespace Sluice.Gateway.Upstreams;

/// <summary>Something a call can cut: a connection, a pending request. <see cref="Abort"/> may come from any thread, must not block and must not throw.</summary>
public interface IAbortable
{
    void Abort();
}

/// <summary>One attempt at one upstream. The transport binds what it works on, so that a deadline, a leaving caller or a shutdown can cut it at any time.</summary>
public sealed class UpstreamCall
{
    private readonly Lock _gate = new();
    private IAbortable? _bound;
    private UpstreamFailure _abortedFor;

    /// <summary><c>POST</c> or <c>GET</c>.</summary>
    public required string Method { get; init; }
    /// <summary>Appended to the upstream's base URL, such as <c>/chat/completions</c>. Plain ASCII, comes from the endpoint table, never from the caller.</summary>
    public required string Path { get; init; }
    /// <summary>Sent with its length; empty for GET.</summary>
    public SplicedBody Body { get; set; }
    /// <summary>The caller asked for a stream (decides the Accept header).</summary>
    public bool Stream { get; init; }
    public required string RequestId { get; init; }
    /// <summary>Value of the loop header (<c>Via</c>), plain ASCII.</summary>
    public required string Via { get; init; }
    /// <summary>The caller's <c>traceparent</c>, already validated, or <see langword="null"/>.</summary>
    public string? TraceParent { get; init; }
    /// <summary>The caller's <c>x-sluice-sandbox</c> directives; only the sandbox reads them.</summary>
    public string? SandboxDirectives { get; init; }

    public UpstreamFailure AbortedFor => _abortedFor;

    /// <summary>From now on <see cref="Abort"/> cuts <paramref name="target"/>; at once if the call was aborted already.</summary>
    public void Bind(IAbortable target)
    {
        lock (_gate)
        {
            _bound = target;
            if (_abortedFor != UpstreamFailure.None) target.Abort();
        }
    }

    /// <summary>After this returns, <see cref="Abort"/> no longer touches what was bound: it may serve another call.</summary>
    public void Unbind()
    {
        lock (_gate) _bound = null;
    }

    /// <summary>The first reason wins. Whoever waits on the upstream gets an <see cref="UpstreamException"/> with it.</summary>
    public void Abort(UpstreamFailure why)
    {
        lock (_gate)
        {
            if (_abortedFor != UpstreamFailure.None) return;
            _abortedFor = why;
            _bound?.Abort();
        }
    }
}
