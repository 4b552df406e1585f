namespace Sluice.Gateway.Changes;

/// <summary>Told by the house's change feed that something the gateway keeps in memory has changed. Returns when the next call sees the change.</summary>
public interface IChangeListener
{
    ValueTask KeyChangedAsync(string keyId, CancellationToken cancellationToken);

    /// <summary>What the owner of keys may do, or the owner's standing, has changed: it concerns all of that person's keys.</summary>
    ValueTask OwnerChangedAsync(string ownerId, CancellationToken cancellationToken);

    /// <summary>Something that concerns all keys of the organisation has changed.</summary>
    ValueTask OrganisationChangedAsync(string organisationId, CancellationToken cancellationToken);

    ValueTask UpstreamsChangedAsync(CancellationToken cancellationToken);
}
