using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management;

/// <summary>What the host registers for the management API beside the database itself.</summary>
internal static class StorageParts
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<SecretSealer>();
        services.AddSingleton<AuditChain>();
        services.AddSingleton<ChangeFeed>();
    }
}
