using Microsoft.AspNetCore.Routing;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Configuration;
using Sluice.Server.Management;

namespace Sluice.Server.SingleSignOn;

/// <summary>How the host takes single sign-on in.</summary>
internal static class OidcServices
{
    /// <summary>Needs what <see cref="ManagementServices"/> adds, key material, and <see cref="OperatorHttp"/>.</summary>
    public static IServiceCollection AddOidcSignIn(this IServiceCollection services, SignInSettings settings)
    {
        services.AddSingleton<SealedStates>();
        services.AddSingleton<RolesFromClaims>();
        services.AddSingleton<FinishSignIn>();
        services.AddSingleton<IReadOnlyList<OidcProvider>>(s => [.. settings.Providers.Select(provider => new OidcProvider(provider, s.GetRequiredService<SealedStates>(), s.GetRequiredService<OperatorHttp>(),
            s.GetRequiredService<TimeProvider>(), () => s.GetRequiredService<ManagementOptions>().BaseUrl(), s.GetRequiredService<ILoggerFactory>()))]);
        return services.AddSingleton<OidcEndpoints>();
    }

    public static void MapOidcSignIn(this IEndpointRouteBuilder routes) => routes.ServiceProvider.GetRequiredService<OidcEndpoints>().Map(routes);
}
