using Microsoft.AspNetCore.Routing;
using Sluice.Gateway;
using Sluice.Server.SingleSignOn;

namespace Sluice.Server.Management.Access;

/// <summary>On an endpoint: a caller is needed, and this permission of theirs. <see langword="null"/> asks for a caller only.</summary>
internal sealed record NeedsPermission(string? Permission);

/// <summary>On an endpoint: nobody needs to be known here, for this reason.</summary>
internal sealed record OpenOperation(string Reason);

/// <summary>
/// The routes that answer without a management token, by name. Whatever is not here must carry <see cref="NeedsPermission"/>, or be the gateway's: an
/// endpoint of <see cref="ModelEndpoints"/>, which checks API keys itself, or one that the gateway marks as open with its reason.
/// </summary>
internal static class OpenRoutes
{
    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/openapi/v1.json"] = "A description of the API; holds nothing of this installation.",
        ["/healthz"] = "Asked by load balancers.",
        ["/readyz"] = "Asked by load balancers.",
        [OidcEndpoints.StartRoute] = "Sends the browser to an identity provider; holds nothing of anybody.",
        [OidcEndpoints.CallbackRoute] = "Checks the identity provider's answer itself.",
        ["/secret-scanning/github"] = "Checks GitHub's signature of the body itself; not there unless the operator switches it on.",
        ["/accept-invitation"] = "Leads to the console's page.",
        ["/confirm-email-change"] = "Leads to the console's page.",
        ["/reset-password"] = "Leads to the console's page.",
        ["/verify-email"] = "Leads to the console's page.",
        ["/setup"] = "Leads to the console's page.",
    };

    /// <summary>The endpoints that neither need a caller nor are on the list: there must be none.</summary>
    public static IReadOnlyList<string> Unlisted(IEnumerable<Endpoint> endpoints) =>
    [
        .. endpoints.OfType<RouteEndpoint>()
            .Where(static e => e.Metadata.GetMetadata<NeedsPermission>() is null && e.Metadata.GetMetadata<ModelEndpoint>() is null && e.Metadata.GetMetadata<OpenEndpoint>() is null && e.Metadata.GetMetadata<OpenOperation>() is null)
            .Select(static e => "/" + e.RoutePattern.RawText?.Trim('/'))
            .Where(static pattern => !Reasons.ContainsKey(pattern))
            .Distinct(StringComparer.Ordinal),
    ];
}
