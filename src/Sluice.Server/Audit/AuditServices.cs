using Sluice.Server.Configuration;

namespace Sluice.Server.Audit;

/// <summary>How the host takes checks and checkpoints of the audit log in.</summary>
internal static class AuditServices
{
    public static void AddAudit(this IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton<CheckpointLines>();
        services.AddSingleton(provider => new CheckpointFile(settings.AuditCheckpointFile, provider.GetRequiredService<CheckpointLines>()));
        services.AddHostedService<WriteCheckpoints>();
    }
}
