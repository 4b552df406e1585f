using Sluice.Gateway;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Diagnosis;

/// <summary>What the control plane asks the gateway of this node: what it would decide, whom it can reach, and, where that is wanted, to make a call.</summary>
internal sealed class GatewayInsight(IKeyDirectory keys, InProcessLimits limits, UpstreamRegistry upstreams, IUpstreamDirectory upstreamDirectory, PriceTable prices, GatewayStages stages,
    ConnectionProbe connections, UpstreamProbe upstreamProbe, GatewayPipeline pipeline, KeyHasher hasher, RunSystemAct acts, TimeProvider time)
{
    public IKeyDirectory Keys => keys;
    public InProcessLimits Limits => limits;
    public UpstreamRegistry Upstreams => upstreams;
    public IUpstreamDirectory UpstreamDirectory => upstreamDirectory;
    public PriceTable Prices => prices;
    public GatewayStages Stages => stages;
    public ConnectionProbe Connections => connections;
    public UpstreamProbe UpstreamProbe => upstreamProbe;
    public GatewayPipeline Pipeline => pipeline;
    public KeyHasher Hasher => hasher;
    public RunSystemAct Acts => acts;
    public TimeProvider Time => time;
}
