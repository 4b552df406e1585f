namespace Sluice.Gateway.Keys;

/// <summary>Where keys are kept: the gateway's port to the house. Never called while a request waits.</summary>
public interface IKeyDirectory
{
    /// <summary>Every key, revoked and expired ones included, so that a refusal can say which it was.</summary>
    ValueTask<IReadOnlyList<ApiKey>> LoadAllAsync(CancellationToken cancellationToken);

    /// <summary>One key as it is now, or <see langword="null"/> if it is gone.</summary>
    ValueTask<ApiKey?> LoadAsync(string keyId, CancellationToken cancellationToken);
}
