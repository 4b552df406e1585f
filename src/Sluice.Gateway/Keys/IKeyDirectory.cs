namespace Sluice.Gateway.Keys;

/// <summary>
/// Where keys are kept: the gateway's port to the house. A request waits for it only while the keys are still being read in after a start, and
/// then for <see cref="FindAsync"/>. Revoked and expired keys are included everywhere, so that a refusal can say which it was.
/// May do its work on the calling thread.
/// </summary>
public interface IKeyDirectory
{
    /// <summary>Every key, in one reading.</summary>
    IAsyncEnumerable<ApiKey> LoadAllAsync(CancellationToken cancellationToken);

    /// <summary>Every key whose owner that is.</summary>
    IAsyncEnumerable<ApiKey> LoadOfOwnerAsync(string ownerId, CancellationToken cancellationToken);

    /// <summary>Every key of the organisation.</summary>
    IAsyncEnumerable<ApiKey> LoadOfOrganisationAsync(string organisationId, CancellationToken cancellationToken);

    /// <summary>One key as it is now, or <see langword="null"/> if it is gone.</summary>
    ValueTask<ApiKey?> LoadAsync(string keyId, CancellationToken cancellationToken);

    /// <summary>The key that has a credential with that public id, as it is now, or <see langword="null"/> if there is none.</summary>
    ValueTask<ApiKey?> FindAsync(string publicId, CancellationToken cancellationToken);
}
