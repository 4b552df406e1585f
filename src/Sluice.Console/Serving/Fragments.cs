using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Console.Door;
using Sluice.Console.Layout;
using Sluice.Console.Pages.Lab;
using Sluice.Contracts.Management;

namespace Sluice.Console.Serving;

/// <summary>Parts of pages that a script asks for.</summary>
internal static class Fragments
{
    public static void Map(IEndpointRouteBuilder app, Action<IEndpointConventionBuilder> mark) => mark(app.MapGet("/console/fragments/strip/{id}", StripAsync));

    /// <summary>The way of a call through the gateway, what it cost, and what helps where it failed. Nothing until it is recorded, which is a moment after the answer.</summary>
    private static async Task StripAsync(HttpContext http)
    {
        var visit = http.RequestServices.GetRequiredService<Visit>();
        await visit.LoadAsync();
        if (!visit.IsSignedIn)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var id = http.Request.RouteValues["id"] as string ?? "";
        var code = http.Request.Query["code"].ToString();
        var request = await http.RequestServices.GetRequiredService<Plane>().GetAsync<RequestAnswer>("/requests/" + Uri.EscapeDataString(id));
        if (request.Value is null && (!request.IsForbidden || code.Length == 0))
        {
            http.Response.StatusCode = request.IsMissing ? StatusCodes.Status204NoContent : request.Problem?.Status ?? StatusCodes.Status404NotFound;
            return;
        }

        http.Response.Headers.CacheControl = "no-store";
        await new RazorComponentResult<CallStrip>(new { Request = request.Value, Code = code.Length > 0 ? code : null }).ExecuteAsync(http);
    }
}
