using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Console.Layout;
using Sluice.Console.Pages;

namespace Sluice.Console.Serving;

/// <summary>What every answer of the console carries, and who is let in: without a session only the pages that say so, everybody else is sent to sign in.</summary>
internal sealed partial class GuardPages(RequestDelegate next, ILogger<GuardPages> log)
{
    /// <summary>Largest body of a stranger's form, and of what scripts ask.</summary>
    private const long BytesMax = 64 * 1024;
    /// <summary>Largest body of a form of somebody who is signed in: a file may come with it.</summary>
    private const long FormBytesMax = 16 * 1024 * 1024;

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
        Bound(http, BytesMax);
        if (http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not { } page)
        {
            await AnswerAsync(http, visit);
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

        if (visit.IsSignedIn) Bound(http, FormBytesMax);
        await AnswerAsync(http, visit);
    }

    private static void Bound(HttpContext http, long bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body) body.MaxRequestBodySize = bytes;
    }

    /// <summary>Goes on, and where that ends without a word says what happened and what to do.</summary>
    private async Task AnswerAsync(HttpContext http, Visit visit)
    {
        try
        {
            await next(http);
        }
        catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = StatusOf(e);
            if (http.Response.StatusCode is StatusCodes.Status500InternalServerError) LogFailure(e, http.Request.Path);
        }

        if (http.Response is { HasStarted: false, StatusCode: 400 or 413 or 500 }) await Wordless.AnswerAsync(http, visit);
    }

    private static int StatusOf(Exception e) => e switch
    {
        AntiforgeryValidationException { InnerException: { } inner } => StatusOf(inner) is StatusCodes.Status413PayloadTooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => StatusCodes.Status413PayloadTooLarge,
        BadHttpRequestException or InvalidDataException or AntiforgeryValidationException => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "The console's page {Path} failed. This is a defect; please report it.")]
    private partial void LogFailure(Exception exception, string path);
}
