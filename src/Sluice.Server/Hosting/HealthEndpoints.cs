namespace Sluice.Server.Hosting;

/// <summary>What load balancers ask. Needs no caller, touches no database.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes, Readiness readiness)
    {
        // 200 as long as the process answers at all: restarting a node because its database is away would lose the streams it carries.
        routes.MapGet("/healthz", (RequestDelegate)(http => Answer(http, 200, """{"status":"alive"}""")));
        routes.MapGet("/readyz", (RequestDelegate)(http => readiness.Reasons is { Count: > 0 } reasons
            ? Answer(http, 503, $$"""{"status":"unready","reasons":[{{Names(reasons)}}]}""")
            // A warning takes no node away: work goes on, and somebody should look.
            : Answer(http, 200, readiness.Warnings is { Count: > 0 } warnings ? $$"""{"status":"ready","warnings":[{{Names(warnings)}}]}""" : """{"status":"ready"}""")));
    }

    private static string Names(IEnumerable<string> names) => string.Join(',', names.Select(n => $"\"{n}\""));

    private static Task Answer(HttpContext http, int status, string json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentLength = json.Length;
        return http.Response.WriteAsync(json);
    }
}
