namespace Sluice.Gateway.Changes;

/// <summary>Told by the house's change feed that something the gateway keeps in memory has changed. Returns when the next call sees the change.</summary>
public interface IChangeListener
{
    ValueTask KeyChangedAsync(string keyId, CancellationToken cancellationToken);

    ValueTask UpstreamsChangedAsync(CancellationToken cancellationToken);
}
