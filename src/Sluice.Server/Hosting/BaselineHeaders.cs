namespace Sluice.Server.Hosting;

/// <summary>Headers that every answer carries, whatever made it.</summary>
internal static class BaselineHeaders
{
    private static readonly PathString Api = new("/api");

    public static void UseBaselineHeaders(this IApplicationBuilder app, Readiness readiness) => app.Use(next => http =>
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (http.Request.Path.StartsWithSegments(Api)) headers.CacheControl = "no-store";
        // So that clients with open connections go to another node.
        if (readiness.IsDraining && http.Request.Protocol == "HTTP/1.1") headers.Connection = "close";
        return next(http);
    });
}
