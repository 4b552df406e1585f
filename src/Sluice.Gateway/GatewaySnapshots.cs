using Sluice.Gateway.Changes;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway;

/// <summary>What the gateway keeps in memory of the house: loaded at start, refreshed when the house says that something changed.</summary>
public sealed class GatewaySnapshots(KeyTable keys, UpstreamRegistry upstreams) : IChangeListener
{
    /// <summary>Must have completed before the first call is served.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        await keys.LoadAllAsync(cancellationToken);
        await upstreams.LoadAsync(cancellationToken);
    }

    public ValueTask KeyChangedAsync(string keyId, CancellationToken cancellationToken) => keys.RefreshAsync(keyId, cancellationToken);

    public ValueTask UpstreamsChangedAsync(CancellationToken cancellationToken) => upstreams.LoadAsync(cancellationToken);
}
