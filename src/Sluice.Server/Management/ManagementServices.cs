using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sluice.Server.Accounts;
using Sluice.Server.Audit;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Accounts;
using Sluice.Server.Management.AuditLog;
using Sluice.Server.Management.Http;
using Sluice.Server.Management.Idempotency;
using Sluice.Server.Management.Leaks;
using Sluice.Server.Management.OpenApi;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages;
using Sluice.Server.Reviews;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Management;

/// <summary>How the host takes the control plane in.</summary>
public static class ManagementServices
{
    /// <summary>
    /// Adds the management API. The host must have registered <see cref="Storage.SluiceDatabase"/>, <see cref="Secrets.AuditChain"/>, <see cref="Storage.Directories.ChangeFeed"/>,
    /// <see cref="Secrets.SecretSealer"/>, <see cref="Storage.Records.RecordReader"/>, <see cref="Gateway.Keys.KeyHasher"/> and <see cref="TimeProvider"/>.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">What the control plane needs to know of the rest of the house; called once, when the first management call comes in.</param>
    public static IServiceCollection AddManagement(this IServiceCollection services, Action<IServiceProvider, ManagementOptions>? configure = null)
    {
        services.AddSingleton(provider =>
        {
            var options = new ManagementOptions();
            configure?.Invoke(provider, options);
            return options;
        });
        services.AddSingleton(static provider => new AuditVerification(provider.GetRequiredService<SluiceDatabase>().OpenAsync, provider.GetRequiredService<AuditChain>(),
            provider.GetRequiredService<ILogger<AuditVerification>>(), provider.GetService<CheckpointFile>()));
        services.AddSingleton<AuditExport>();
        services.TryAddSingleton(new ReviewOptions());
        services.AddSingleton<ReviewInquiry>();
        services.AddSingleton<ReviewSeal>();
        services.AddSingleton<Diagnosis.GatewayInsight>();
        services.AddSingleton<ManagementTools>();
        services.AddAccounts();
        services.AddSingleton<ManagementLoad>();
        services.AddSingleton<WriteGate>();
        services.AddSingleton<IdempotencyStore>();
        services.AddSingleton<StrangerLoad>();
        services.TryAddSingleton(new MessageChannels());
        services.AddSingleton<Outbox>();
        services.AddSingleton<AuthenticateCaller>();
        services.AddSingleton<LeaveTrace>();
        services.AddSingleton<RunOperation>();
        services.AddSingleton<GitHubKeys>();
        services.AddSingleton<GitHubScanning>();
        services.AddSingleton<RunSystemAct>();
        services.AddSingleton<Quota.EndQuotaGrants>();
        services.AddSingleton<Enterprise.ExpireVerifications>();
        services.AddSingleton<Playground.DropEndedPlaygrounds>();
        services.AddSingleton<OperationEndpoint>();
        return services.AddManagementDescription();
    }

    /// <summary>Maps every operation of <see cref="ManagementRoutes"/> below <c>/api/v1</c>, and the description of the API at <c>/openapi/v1.json</c>.</summary>
    public static IEndpointRouteBuilder MapManagement(this IEndpointRouteBuilder app)
    {
        OperationEndpoint? endpoint = null;
        OperationEndpoint Door(HttpContext http) => endpoint ??= http.RequestServices.GetRequiredService<OperationEndpoint>();

        foreach (var operation in ManagementRoutes.All)
        {
            app.MapMethods(ManagementRoutes.Root + operation.Path, [operation.Method], http => Door(http).RunAsync(http, operation))
                .WithMetadata(operation.Open is { } why ? new OpenOperation(why) : new NeedsPermission(operation.Permission))
                .Described(operation);
        }

        // Routing's own 405 and 404 have no body and need no caller; these have one and need one.
        foreach (var path in ManagementRoutes.All.GroupBy(static o => o.Path))
        {
            string[] allowed = [.. path.Select(static o => o.Method).Order(StringComparer.Ordinal)];
            app.Map(ManagementRoutes.Root + path.Key, http => Door(http).RefuseAsync(http, allowed))
                .WithMetadata(new NeedsPermission(null)).ExcludeFromDescription();
        }

        app.Map("/api/{**rest}", http => Door(http).RefuseAsync(http, [])).WithMetadata(new NeedsPermission(null)).ExcludeFromDescription();
        GitHubScanning.Map(app);
        FormerLinks.Map(app);
        app.MapManagementDescription();
        return app;
    }
}
