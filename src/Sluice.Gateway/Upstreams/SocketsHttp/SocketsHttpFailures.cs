namespace Sluice.Gateway.Upstreams.SocketsHttp;

/// <summary>Tells the general client's exceptions in the gateway's own words. Messages are ours: those of the runtime may quote what the upstream sent.</summary>
internal static class SocketsHttpFailures
{
    /// <param name="e">As caught.</param>
    /// <param name="call">Whose abort, if any, is the true reason.</param>
    /// <param name="dispatched">Whether the request had begun to go out, as far as the failure itself does not tell.</param>
    public static UpstreamException Explain(Exception e, UpstreamCall call, bool dispatched)
    {
        if (call.AbortedFor != UpstreamFailure.None) return new UpstreamException(call.AbortedFor, dispatched, "The call was cut while the upstream was at work on it.", e);
        for (var inner = e; inner is not null; inner = inner.InnerException)
            if (inner is UpstreamException known) return known;
        return e switch
        {
            OperationCanceledException => new UpstreamException(UpstreamFailure.ConnectTimeout, false, "The upstream did not complete a secure connection in time.", e),
            ObjectDisposedException => new UpstreamException(UpstreamFailure.ConnectRefused, dispatched, "The upstream was reconfigured while the call was on its way.", e),
            HttpRequestException request => Explain(request.HttpRequestError, e, dispatched),
            HttpIOException io => Explain(io.HttpRequestError, e, dispatched),
            _ => Truncated(e, dispatched),
        };
    }

    private static UpstreamException Explain(HttpRequestError error, Exception e, bool dispatched) => error switch
    {
        HttpRequestError.NameResolutionError => new(UpstreamFailure.NameNotResolved, false, "The upstream's name could not be resolved.", e),
        HttpRequestError.ConnectionError => new(UpstreamFailure.ConnectRefused, false, "The upstream could not be connected to.", e),
        HttpRequestError.SecureConnectionError => new(UpstreamFailure.Tls, false, "No secure connection to the upstream could be made: its certificate is not trusted, is for another name or has expired, or it does not speak TLS 1.2 or 1.3.", e),
        HttpRequestError.InvalidResponse or HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported
            => new(UpstreamFailure.Protocol, dispatched, "The upstream's answer breaks HTTP.", e),
        HttpRequestError.ConfigurationLimitExceeded => new(UpstreamFailure.TooLarge, dispatched, "The head of the upstream's answer is larger than allowed.", e),
        _ => Truncated(e, dispatched),
    };

    private static UpstreamException Truncated(Exception e, bool dispatched)
        => new(UpstreamFailure.Truncated, dispatched, "The connection to the upstream broke before its answer was complete.", e);
}
