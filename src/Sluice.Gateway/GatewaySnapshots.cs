using Sluice.Gateway.Changes;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway;

/// <summary>What the gateway keeps in memory of the house: loaded at start, refreshed when the house says that something changed.</summary>
public sealed class GatewaySnapshots(KeyTable keys, KeyLoading keyLoading, UpstreamRegistry upstreams) : IChangeListener
{
    /// <summary>Must have completed before the first call is served. Keys that are not in by then are looked up when they are used, see <see cref="KeyLookups"/>.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        await upstreams.LoadAsync(cancellationToken);
        await keyLoading.StartAsync(cancellationToken);
    }

    public ValueTask KeyChangedAsync(string keyId, CancellationToken cancellationToken) => keys.RefreshAsync(keyId, cancellationToken);

    public ValueTask OwnerChangedAsync(string ownerId, CancellationToken cancellationToken) => keys.RefreshOwnerAsync(ownerId, cancellationToken);

    public ValueTask OrganisationChangedAsync(string organisationId, CancellationToken cancellationToken) => keys.RefreshOrganisationAsync(organisationId, cancellationToken);

    public ValueTask UpstreamsChangedAsync(CancellationToken cancellationToken) => upstreams.LoadAsync(cancellationToken);
}
