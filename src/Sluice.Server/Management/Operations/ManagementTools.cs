using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Secrets;

namespace Sluice.Server.Management.Operations;

/// <summary>What operations work with beside the database.</summary>
internal sealed class ManagementTools(KeyHasher hasher, SecretSealer sealer, ManagementOptions options)
{
    public KeyHasher Hasher { get; } = hasher;
    public SecretSealer Sealer { get; } = sealer;
    public IReadOnlyList<string> Endpoints => options.Endpoints;
    public IReadOnlyList<string> Stages => options.Stages;
    public IReadOnlyList<UpstreamDefinition> ConfiguredUpstreams => options.ConfiguredUpstreams;

    public ValueTask<long?> CallsOnDayAsync(string keyId, int day, CancellationToken cancellationToken) =>
        options.CallsOnDay?.Invoke(keyId, day, cancellationToken) ?? ValueTask.FromResult<long?>(null);
}
