namespace Sluice.Gateway.Upstreams;

/// <summary>Where upstreams that the management API made are kept: the gateway's port to the house. Never called while a request waits.</summary>
public interface IUpstreamDirectory
{
    /// <summary>Every upstream, configured and stored, disabled ones included.</summary>
    ValueTask<IReadOnlyList<UpstreamDefinition>> LoadAllAsync(CancellationToken cancellationToken);
}
