using Sluice.Contracts.Errors;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Access;

/// <summary>
/// Keeps another site's page from acting with the reader's cookie: browsers say with every call where it comes from (Fetch Metadata, Origin).
/// Calls that only read are let through: their answers are closed to other sites anyway.
/// </summary>
internal static class CrossSite
{
    public static Refusal? Refusal(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return null;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
            return site is "same-origin" or "none" ? null : Foreign;
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
            return null;
        return Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase) ? null : Foreign;
    }

    private static Refusal Foreign { get; } = new(ErrorCodes.CrossSiteRequest, "It must be made from this site's own pages, or with a token in the Authorization header.");
}
