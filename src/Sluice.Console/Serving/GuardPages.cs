using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;
using Sluice.Console.Layout;
using Sluice.Console.Pages;

namespace Sluice.Console.Serving;

/// <summary>What every answer of the console carries, and who is let in: without a session only the pages that say so, everybody else is sent to sign in.</summary>
internal sealed class GuardPages(RequestDelegate next)
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public async Task InvokeAsync(HttpContext http, Visit visit)
    {
        // Off the socket's own thread: the database may work on the calling one.
        await Task.Yield();
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not { } page)
        {
            await next(http);
            return;
        }

        headers.CacheControl = "no-store";
        if (LinkTokens.Moved(http, page.Type) is { } cleaned)
        {
            http.Response.Redirect(cleaned);
            return;
        }

        await visit.LoadAsync();
        if (!visit.IsSignedIn && !page.Type.IsDefined(typeof(OpenPageAttribute), inherit: false))
        {
            var wanted = HttpMethods.IsGet(http.Request.Method) ? http.Request.Path + http.Request.QueryString : Looks.Root;
            http.Response.Redirect(Address.Of("/console/sign-in", ("return", wanted is "/console" ? null : wanted)));
            return;
        }

        await next(http);
    }
}
