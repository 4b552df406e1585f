using Sluice.Gateway.Keys;
using Sluice.Gateway.Records;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Configuration;
using Sluice.Server.Secrets;
using Sluice.Server.Storage.Directories;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Hosting;

/// <summary>The house's answers to the gateway's ports.</summary>
internal static class StorageServices
{
    public static void AddStorage(this IServiceCollection services, OpenedStorage storage, ServerSettings settings)
    {
        services.AddSingleton(storage.Database);
        services.AddSingleton(storage.Records);
        services.AddSingleton<IRecordStore>(storage.Records);
        services.AddSingleton(storage.Records.Reader);
        services.AddSingleton(storage.Material);
        services.AddSingleton(storage.Hasher);
        services.AddSingleton(storage.Audit);
        services.AddSingleton<SecretSealer>();
        services.AddSingleton<IKeyDirectory, KeyDirectory>();
        services.AddSingleton<IUpstreamDirectory>(s => new SandboxStandIn(
            new UpstreamDirectory(storage.Database, s.GetRequiredService<SecretSealer>(), settings.Upstreams, s.GetRequiredService<ILogger<UpstreamDirectory>>()), settings.Sandbox));
        services.AddSingleton(s => new KeyUses(storage.Database, storage.Records, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<KeyUses>>()));
        services.AddHostedService(s => s.GetRequiredService<KeyUses>());
        services.AddSingleton<ChangeFeed>();
        services.AddHostedService(s => s.GetRequiredService<ChangeFeed>());
    }
}
