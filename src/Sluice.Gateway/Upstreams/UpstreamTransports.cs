using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Gateway.Upstreams.Http1;
using Sluice.Gateway.Upstreams.SocketsHttp;

namespace Sluice.Gateway.Upstreams;

/// <summary>Picks the transport for an upstream that is reached over the network.</summary>
public static class UpstreamTransports
{
    /// <summary>Plain http goes over the gateway's own client, https over the general one. Throws <see cref="ArgumentException"/> where the definition cannot work.</summary>
    public static IUpstreamTransport Create(UpstreamDefinition upstream, UpstreamConnector connector, TimeProvider time) => upstream.BaseUrl.Scheme switch
    {
        "http" => new Http1Transport(upstream, connector, time),
        "https" => new SocketsHttpTransport(upstream, connector),
        _ => throw new ArgumentException($"The base URL of upstream '{upstream.Name}' must begin with http:// or https://.", nameof(upstream)),
    };
}
