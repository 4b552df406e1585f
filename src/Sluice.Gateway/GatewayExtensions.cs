using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Changes;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Limits;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Records;
using Sluice.Gateway.Sandbox;
using Sluice.Gateway.Signing;
using Sluice.Gateway.Stages;
using Sluice.Gateway.Streaming;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway;

/// <summary>The gateway as a library: everything it needs, and the endpoints it answers at.</summary>
public static class GatewayExtensions
{
    /// <summary>
    /// Adds the data plane. The host must register <see cref="IKeyDirectory"/>, <see cref="IUpstreamDirectory"/>, <see cref="IRecordStore"/>,
    /// <see cref="KeyHasher"/>, <see cref="SandboxOptions"/> and a <see cref="TimeProvider"/>, and before the first call run
    /// <see cref="GatewayStart.StartAsync"/>.
    /// </summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Ledger);
        services.AddSingleton(new PriceTable(options.Prices));
        services.AddSingleton<CallLedger>();
        services.AddSingleton<KeyTable>();
        services.AddSingleton<KeyLoading>();
        services.AddSingleton<KeyLookups>();
        services.AddSingleton<EndedKeys>();
        services.AddSingleton<UpstreamConnector>();
        services.AddSingleton<OperatorHttp>();
        services.AddSingleton<ConnectionProbe>();
        services.AddSingleton<UpstreamProbe>();
        services.AddSingleton<UpstreamFactory>();
        services.AddSingleton<UpstreamRegistry>();
        services.AddSingleton<GatewaySnapshots>();
        services.AddSingleton<IChangeListener>(static s => s.GetRequiredService<GatewaySnapshots>());
        services.AddSingleton<DeadlineClock>();
        services.AddSingleton<InProcessLimits>();
        services.AddSingleton<GatewayDrain>();
        services.AddSingleton<GatewayStart>();
        services.AddSingleton<ClientAddressText>();
        services.AddSingleton<SseRelay>();
        services.AddSingleton<JsonRelay>();
        services.AddSingleton<ReplyWriter>();
        services.AddSingleton<Questions>();
        services.AddSingleton<SandboxImages>();
        services.AddSingleton<SandboxImageEndpoint>();
        services.AddSingleton<RequestIds>();
        services.AddSingleton<RecordRequest>();
        services.AddSingleton<VerifiedKeys>();
        services.AddSingleton<Authenticate>();
        services.AddSingleton<CheckNetwork>();
        services.AddSingleton<ReadRequest>();
        services.AddSingleton<NonceMemory>();
        services.AddSingleton<CheckSignature>();
        services.AddSingleton<CheckPermission>();
        services.AddSingleton<TakeLimits>();
        services.AddSingleton<HoldQuota>();
        services.AddSingleton<ChooseRoute>();
        services.AddSingleton<MeterUsage>();
        services.AddSingleton<CallUpstream>();
        services.AddSingleton<GatewayStages>();
        services.AddSingleton<GatewayPipeline>();
        return services;
    }

    /// <summary>Maps every endpoint of <see cref="ModelEndpoints"/> and the sandbox's pictures.</summary>
    public static void MapGateway(this IEndpointRouteBuilder routes)
    {
        var pipeline = routes.ServiceProvider.GetRequiredService<GatewayPipeline>();
        foreach (var endpoint in ModelEndpoints.All)
        {
            foreach (var path in endpoint.Paths)
            {
                routes.MapMethods(path, [endpoint.Method], http => pipeline.RunAsync(http, endpoint))
                    .WithDisplayName(endpoint.Name)
                    .WithMetadata(endpoint, NoBodyLimit.Instance);
            }
        }

        var images = routes.ServiceProvider.GetRequiredService<SandboxImageEndpoint>();
        routes.MapGet(SandboxImageEndpoint.Route, images.ServeAsync).WithDisplayName("GET " + SandboxImageEndpoint.Route).WithMetadata(new OpenEndpoint("a signed, expiring link"));
    }

    /// <summary>The gateway checks the size itself, by endpoint, and answers in its own words.</summary>
    private sealed class NoBodyLimit : IRequestSizeLimitMetadata
    {
        public static readonly NoBodyLimit Instance = new();
        public long? MaxRequestBodySize => null;
    }
}

/// <summary>Marks an endpoint that needs no caller, and why that is safe.</summary>
public sealed record OpenEndpoint(string Reason);
