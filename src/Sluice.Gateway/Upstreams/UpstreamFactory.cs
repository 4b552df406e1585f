using Sluice.Gateway.Sandbox;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Upstreams;

/// <summary>Makes the transport that fits an upstream.</summary>
public sealed class UpstreamFactory(UpstreamConnector connector, SandboxOptions sandbox, TimeProvider time)
{
    public IUpstreamTransport Create(UpstreamDefinition definition) => definition.Kind == UpstreamKind.Sandbox
        ? new SandboxTransport(sandbox, time)
        : UpstreamTransports.Create(definition, connector, time);
}
