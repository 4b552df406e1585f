using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Secrets;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Tests.Management;

/// <summary>What the host registers for the management API beside the database itself.</summary>
internal static class StorageParts
{
    public static void Add(IServiceCollection services, KeyMaterial material)
    {
        services.AddSingleton(material);
        services.AddSingleton<SecretSealer>();
        services.AddSingleton<AuditChain>();
        services.AddSingleton<ChangeFeed>();
    }

    public static Task<string> AddRecordAsync(ManagementServer server, string organisationId) => Task.FromResult("req_x");
}
